"""Where a stack lives: its account and region, and what keeps its state there.

What `plinth bootstrap` makes and what the commands of the pipelines use follow from the stack's
file alone, so that a pipeline needs no copy of it.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import settings
from offline import project
from settings.core import REQUIRED

_BUCKET = re.compile(r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")


class CoordinatesError(Exception):
    """The stack's file doesn't say where the stack lives, or says what can't be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Coordinates:
    """The place of one stack.

    Attributes:
        owner: the team that answers for it.
        cost_centre: who pays for it.
        config_file: where all of this is said.
    """

    project: str
    stack: str
    account_id: str
    region: str
    owner: str
    cost_centre: str
    config_file: Path

    @property
    def state_bucket(self) -> str:
        """The bucket of the state of every stack in this account and region."""
        return f"{self.project}-state-{self.account_id}-{self.region}"

    @property
    def backend_url(self) -> str:
        """What `pulumi login` takes."""
        return f"s3://{self.state_bucket}?region={self.region}"

    @property
    def key_alias(self) -> str:
        """The key that encrypts the state, and the secrets in it."""
        return f"alias/{self.project}-state"

    @property
    def secrets_provider(self) -> str:
        """What `pulumi stack init --secrets-provider` takes."""
        return f"awskms://{self.key_alias}?region={self.region}"

    def shown(self) -> dict[str, str]:
        """What a person or a pipeline asks for, by name."""
        return {
            "stack": self.stack,
            "account_id": self.account_id,
            "region": self.region,
            "backend": self.backend_url,
            "secrets_provider": self.secrets_provider,
        }


def coordinates(root: Path, stack: str) -> Coordinates:
    """Read the coordinates of a stack from ``Pulumi.<stack>.yaml``.

    Raises:
        CoordinatesError: when that file is missing or wrong; the whole of it is checked.
    """
    try:
        loaded = project.load(root, stack)
        raw = {
            key.removeprefix(f"{loaded.name}:"): value
            for key, value in loaded.config.items()
            if key.startswith(f"{loaded.name}:")
        }
        current = settings.parse(
            {name: text if name in REQUIRED else json.loads(text) for name, text in raw.items()},
            project=loaded.name,
            stack=stack,
        )
    except project.ProjectError as error:
        raise CoordinatesError(str(error)) from error
    except settings.SettingsError as error:
        raise CoordinatesError(f"{loaded.config_file.name}: {error}") from error
    found = Coordinates(
        project=loaded.name,
        stack=stack,
        account_id=current.account_id,
        region=current.region,
        owner=current.owner,
        cost_centre=current.cost_centre,
        config_file=loaded.config_file,
    )
    if not _BUCKET.match(found.state_bucket):
        raise CoordinatesError(
            f"Pulumi.yaml: name must be lower-case letters, digits and hyphens, and no longer than"
            f" 29 of them, since it begins a bucket's name; got {loaded.name!r}"
        )
    return found
