"""Kinds of value: what each accepts, and the words in which a message says so.

A kind stands in ``Annotated[…]`` beside the plain type. Whatever is wrong with the value, the
error is the same: ``must be <the kind's words>``; `settings.explanation` adds path and value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic import GetCoreSchemaHandler as Handler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

NOT_ALLOWED: Final = "not_allowed"
REPEATED: Final = "repeated"

T = TypeVar("T")


class Section(BaseModel):
    """A part of the configuration: no unknown keys, no conversions, no changes."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


def not_allowed(allowed: str) -> PydanticCustomError:
    """The error of a value that isn't what these words say."""
    return PydanticCustomError(NOT_ALLOWED, "must be {allowed}", {"allowed": allowed})


def _explained(schema: CoreSchema, allowed: str, choices: tuple[object, ...] = ()) -> CoreSchema:
    return core_schema.custom_error_schema(
        schema,
        custom_error_type=NOT_ALLOWED,
        custom_error_message="must be {allowed}",
        custom_error_context={"allowed": allowed, "choices": choices},
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What the annotated type accepts, in these words."""

    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return _explained(handler(source), self.words)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice from a ``Literal`` of words; ``words`` where listing them all would be too long."""

    words: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        choices = get_args(source)
        return _explained(handler(source), self.words or f"one of {', '.join(choices)}", choices)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return _explained(
            core_schema.int_schema(strict=True, ge=self.low, le=self.high),
            f"a whole number from {self.low} to {self.high}",
        )


@dataclass(frozen=True, slots=True)
class WholeOneOf:
    """A whole number out of a few; unlike a ``Literal``, it doesn't take ``true`` for 1."""

    choices: tuple[int, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return _explained(
            core_schema.chain_schema(
                [core_schema.int_schema(strict=True), core_schema.literal_schema([*self.choices])]
            ),
            f"one of {', '.join(map(str, self.choices))}",
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "integer", "enum": [*self.choices]}


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds, in steps."""

    low: float
    high: float
    step: float

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return _explained(
            core_schema.float_schema(
                strict=True,
                ge=self.low,
                le=self.high,
                multiple_of=self.step,
                allow_inf_nan=False,
            ),
            f"a number from {self.low:g} to {self.high:g} in steps of {self.step:g}",
        )


@dataclass(frozen=True, slots=True)
class Text:
    """Text of a form.

    Attributes:
        words: the form, for people.
        pattern: the form, as a regular expression that JSON Schema's dialect knows too.
        longest: how many characters at most.
        check: a further test, for what a pattern can't say.
    """

    words: str
    pattern: str
    longest: int | None = None
    check: Callable[[str], bool] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        schema: CoreSchema = core_schema.str_schema(
            strict=True, pattern=self.pattern, max_length=self.longest
        )
        if self.check is not None:
            schema = core_schema.no_info_after_validator_function(self._checked, schema)
        return _explained(schema, self.words)

    def _checked(self, value: str) -> str:
        if self.check is not None and not self.check(value):
            raise not_allowed(self.words)
        return value


@dataclass(frozen=True, slots=True)
class Unique:
    """A list without repetitions."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_without_repetition, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "uniqueItems": True}


def _without_repetition(value: tuple[object, ...]) -> tuple[object, ...]:
    for place, entry in enumerate(value):
        if entry in value[:place]:
            raise PydanticCustomError(REPEATED, "must have {entry} once", {"entry": entry})
    return value


@dataclass(frozen=True, slots=True)
class Frozen:
    """A mapping that nobody can change afterwards."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        schema = handler(source)
        return core_schema.no_info_after_validator_function(
            MappingProxyType,
            schema,
            serialization=core_schema.wrap_serializer_function_ser_schema(
                _as_dict, schema=schema, info_arg=False
            ),
        )


def _as_dict(
    value: Mapping[str, object], serialise: core_schema.SerializerFunctionWrapHandler
) -> Any:
    return serialise(dict(value))


def nothing_named() -> Mapping[str, Any]:
    """The default of a mapping by name."""
    return MappingProxyType({})


# What CloudWatch Logs accepts, in days: 1 day to 10 years.
LOG_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
LogDays: TypeAlias = Annotated[int, WholeOneOf(LOG_DAYS)]

Flag: TypeAlias = Annotated[bool, Said("true or false")]

# The last part of a physical name such as plinth-prod-coupons-table-1a2b3c, and of a variable such
# as TABLE_COUPONS: kebab case keeps two names from meeting in one variable.
Name: TypeAlias = Annotated[
    str,
    Text(
        "a name of lower-case letters, digits and single hyphens that starts with a letter and has"
        " at most 40 characters",
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        longest=40,
    ),
]
Named: TypeAlias = Annotated[Mapping[Name, T], Frozen()]
ListOf: TypeAlias = Annotated[tuple[T, ...], Field(strict=False), Unique()]

_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"
# A certificate's first name is its common name, which has 64 characters at most.
Domain: TypeAlias = Annotated[
    str,
    Text(
        "a domain name such as www.example.com, in lower case, with at most 64 characters",
        _DOMAIN,
        longest=64,
    ),
]
Alias: TypeAlias = Annotated[
    str,
    Text(
        "a domain name such as example.com, in lower case, with at most 253 characters",
        _DOMAIN,
        longest=253,
    ),
]
HostedZoneId: TypeAlias = Annotated[
    str,
    Text(
        "the id of a Route 53 hosted zone such as Z0123456789ABCDEFGHIJ",
        r"^Z[A-Z0-9]{1,31}$",
    ),
]
