"""Turns pydantic's errors into problems that name the setting, what is allowed and what was got."""

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from settings.core import Settings
from settings.kinds import NOT_ALLOWED, REPEATED
from settings.problems import MISSING, Problem, hint, join, must_be, shown, unknown
from settings.secrets import Location, names_a_secret, refusal

_PLAIN: Final[Mapping[str, str]] = {
    "model_type": "a mapping of settings",
    "model_attributes_type": "a mapping of settings",
    "dict_type": "a mapping of names to their settings",
    "mapping_type": "a mapping of names to their settings",
    "tuple_type": "a list",
    "string_type": "text",
}


def explained(error: ErrorDetails, location: Location) -> Problem:
    """The problem behind an error at a place in the data."""
    path, kind, value = join(location), error["type"], error["input"]
    context = error.get("ctx", {})
    if kind == "missing":
        return Problem(path, f"{MISSING}: {_described(error['loc'])}")
    if kind == "extra_forbidden":
        return Problem(path, _unknown(location, error["loc"]))
    if kind.startswith("union_tag"):
        kinds = [_kind(model) for model in _alternatives(_annotation(error["loc"]))]
        if kind == "union_tag_not_found":
            return Problem(f"{path}.kind", f"{MISSING}: one of {', '.join(kinds)}")
        return Problem(f"{path}.kind", _choice(f"one of {', '.join(kinds)}", context["tag"], kinds))
    if kind == NOT_ALLOWED:
        named = location[-1] if error["loc"][-1] == "[key]" else value
        return Problem(path, _choice(context["allowed"], named, context.get("choices", ())))
    if kind == REPEATED:
        return Problem(path, f"must have each entry once, got {shown(context['entry'])} twice")
    if kind in {"too_short", "too_long"}:
        bound = "at least" if kind == "too_short" else "at most"
        limit = context.get("min_length", context.get("max_length"))
        entries = "entry" if limit == 1 else "entries"
        return Problem(path, f"must have {bound} {limit} {entries}, got {len(value)}")
    default = ", {} for the defaults" if _takes_nothing(error) else ""
    return Problem(path, must_be(_PLAIN[kind] + default, value))


def meant(error: ErrorDetails, location: Location) -> set[str]:
    """The setting that an unknown one was probably meant to be, whose value is as good as wrong."""
    if error["type"] != "extra_forbidden":
        return set()
    near = hint(location[-1], _model(error["loc"][:-1]).model_fields)
    return {join((*location[:-1], near))} if near else set()


def _takes_nothing(error: ErrorDetails) -> bool:
    """Whether a name with nothing behind it was probably meant to take every default."""
    if error["input"] is not None or not error["type"].startswith("model_"):
        return False
    return not any(field.is_required() for field in _model(error["loc"]).model_fields.values())


def _choice(allowed: str, value: object, choices: Sequence[object]) -> str:
    near = hint(value, map(str, choices)) if isinstance(value, str) else None
    return must_be(allowed, value) + (f"; did you mean {near}?" if near else "")


def _unknown(location: Location, loc: Sequence[int | str]) -> str:
    name, model = str(location[-1]), _model(loc[:-1])
    for other in _of_other_kinds(loc[:-1]):
        if name in other.model_fields:
            return (
                f"is a setting of kind {_kind(other)} only; this {location[-2]} is of kind"
                f" {_kind(model)}"
            )
    if names_a_secret(name):
        return f"is not a setting, and {refusal(location)}"
    return unknown(name, "a setting", model.model_fields)


def _described(loc: Sequence[int | str]) -> str:
    """What a setting is, in the first sentence of its description."""
    description = _model(loc[:-1]).model_fields[str(loc[-1])].description or ""
    sentence = description.partition(". ")[0].removesuffix(".")
    return sentence[:1].lower() + sentence[1:]


def _model(loc: Sequence[int | str]) -> type[BaseModel]:
    """The model at a place in the settings, where the place says the kind of a union."""
    model: type[BaseModel] = _alternatives(_annotation(loc))[0]
    return model


def _of_other_kinds(loc: Sequence[int | str]) -> list[type[BaseModel]]:
    """The models that a union could have had in place of this one."""
    models = _alternatives(_annotation(loc[:-1])) if loc else []
    return [model for model in models if _kind(model) != loc[-1]] if len(models) > 1 else []


def _kind(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["kind"].annotation)[0])


def _annotation(loc: Sequence[int | str]) -> Any:
    annotation: Any = Settings
    for part in loc:
        annotation = _inside(_alternatives(annotation), part)
    return annotation


def _inside(alternatives: Sequence[Any], part: int | str) -> Any:
    if len(alternatives) > 1:
        return next(model for model in alternatives if _kind(model) == part)
    (only,) = alternatives
    if isinstance(only, type) and issubclass(only, BaseModel):
        return only.model_fields[str(part)].annotation
    return get_args(only)[-1]


def _alternatives(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return [
            alternative
            for option in get_args(annotation)
            if option is not NoneType
            for alternative in _alternatives(option)
        ]
    return [annotation]
