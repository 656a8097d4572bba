"""The settings that guides show are settings."""

import re
from typing import Any, Final

import pytest
import yaml

import settings
from tests import stacks

BLOCK: Final = re.compile(r"^```yaml\n( *plinth:.+?)^```", re.DOTALL | re.MULTILINE)


def shown() -> list[Any]:
    return [
        pytest.param(yaml.safe_load(text), id=f"{guide.stem}-{number}")
        for guide in sorted((stacks.ROOT / "docs").glob("*.md"))
        for number, text in enumerate(BLOCK.findall(guide.read_text()), 1)
    ]


@pytest.mark.parametrize("sections", shown())
def test_the_settings_of_a_guide_are_settings(sections: dict[str, Any]) -> None:
    # What somebody has who follows the guides, and alarms for what asks for them.
    dev = yaml.safe_load((stacks.ROOT / "Pulumi.dev.yaml").read_text())["config"]
    given = {"plinth:alerts": {"emails": ["a@example.com"]}, **dev}
    for name, section in sections.items():
        given[name] = {**given.get(name, {}), **section}
    parsed = settings.parse({name.partition(":")[2]: value for name, value in given.items()})
    assert all(getattr(parsed, name.partition(":")[2]) for name in sections)
