"""Writes ``components/delivery/actions.json``: what it takes to deploy each service that we use.

    python -m tools.delivery            # with --check it fails instead, if the file isn't current

The actions, their access levels, resource types and condition keys are AWS's own, from the table
that the policy pack carries (``policy/actions.json``). Said here is which types of each service the
components make, and by which of its actions; an action that AWS adds tomorrow is in no role until
somebody asks for it here. Components read the result as data and import nothing of the pack.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rules.core import actions
from rules.core.actions import Action
from tools.delivery_kinds import Service
from tools.delivery_services import SERVICES

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "components" / "delivery" / "actions.json"

Statements = dict[str, Any]


def statements(prefix: str, service: Service) -> Statements:
    """What a deployment may do with one service, by the way in which it is held back."""
    found = [
        action
        for action in actions.expanded(f"{prefix}:*")
        if re.fullmatch(service.actions, action.name.partition(":")[2])
    ]
    missing = [item for item in service.expected if item not in {_name(action) for action in found}]
    if missing:
        raise ValueError(f"AWS has no action of {prefix} called {', '.join(missing)}")
    free = [item for item in found if not item.types or _name(item) in service.whole]
    bound = [item for item in found if item not in free]
    looking = [action for action in bound if action.access in "LR"]
    doing = [action for action in bound if action.access not in "LR"]
    labelling = [action for action in doing if action.access == "T"]
    making = [action for action in doing if _begins(action) and action.access != "T"]
    fenced = [item for item in doing if item.takes_key("iam:permissionsboundary")]
    named, tagged = service.named, service.tagged
    return _filled(
        {
            "look": [_name(item) for item in free if item.access in "LR"],
            "read": _on(looking, {**named, **tagged, **service.seen}),
            "begin": [_name(item) for item in free if item.access not in "LR" and _begins(item)],
            "do": [_name(item) for item in free if item.access not in "LR" and not _begins(item)],
            "fenced": _on(fenced, service.bounded),
            "own": _on([i for i in doing if i not in fenced], {**named, **service.bounded}),
            "create": _on(making, tagged),
            "label": _on([item for item in labelling if _begins(item)], tagged),
            "change": _on([item for item in doing if _is_tagged(item)], tagged),
        }
    )


def _name(action: Action) -> str:
    return action.name.partition(":")[2]


def _begins(action: Action) -> bool:
    """Whether it says the tags of what it makes."""
    verb = re.match(r"(Create|Allocate|Authorize|Request|Tag|Add|Register|Run)", _name(action))
    return verb is not None and action.takes_key("aws:requesttag/project")


def _is_tagged(action: Action) -> bool:
    return action.takes_key("aws:resourcetag/project")


def _on(found: Sequence[Action], kinds: Mapping[str, tuple[str, ...]]) -> Statements:
    """The actions on any of these types, and the ARNs of the types that they act on."""
    acting = [action for action in found if kinds.keys() & set(action.types)]
    used = {kind for action in acting for kind in action.types}
    arns = [arn for kind, patterns in kinds.items() if kind in used for arn in patterns]
    return {"actions": [_name(action) for action in acting], "resources": [*dict.fromkeys(arns)]}


def _filled(groups: Statements) -> Statements:
    return {
        name: group
        for name, group in groups.items()
        if (group["actions"] if isinstance(group, dict) else group)
    }


def text() -> str:
    """The file's text, one line a group, so that a diff shows what changes."""
    lines = []
    for prefix, service in sorted(SERVICES.items()):
        groups = [
            f'  "{name}": {json.dumps(group)}'
            for name, group in statements(prefix, service).items()
        ]
        lines.append(f'"{prefix}": {{\n' + ",\n".join(groups) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: Sequence[str]) -> str | None:
    """Write the file, or say what is wrong with it."""
    if [*arguments] == ["--check"]:
        if TARGET.read_text(encoding="utf-8") != text():
            return f"{TARGET.name} isn't current: run `python -m tools.delivery`"
    elif arguments:
        return f"usage: python -m tools.delivery [--check], got {' '.join(arguments)}"
    else:
        TARGET.write_text(text(), encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
