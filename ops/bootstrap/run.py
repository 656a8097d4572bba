"""`plinth bootstrap`: prepare a stack's account, once or as often as one likes."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from ops.bootstrap.bucket import StateBucket
from ops.bootstrap.identity_provider import IdentityProvider
from ops.bootstrap.key import StateKey
from ops.bootstrap.parts import BootstrapError, Change, Tags, Thing, bring
from ops.coordinates import Coordinates

if TYPE_CHECKING:
    from types_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef

MANAGED_BY: Final = "plinth-bootstrap"
# A bucket that was made a moment ago may answer that another change of it is under way.
_CLIENT: Final = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10)


def bootstrap(where: Coordinates, say: Callable[[str], None], *, dry_run: bool = False) -> None:
    """Make what a stack's account must have, and say what was done and what comes next.

    Args:
        dry_run: only read, and say what would be done.

    Raises:
        BootstrapError: when the account is another one, or something there can't be used.
        BotoCoreError, ClientError: when AWS refuses, or can't be reached.
    """
    session = boto3.Session(region_name=where.region)
    caller = session.client("sts", config=_CLIENT).get_caller_identity()
    _same_account(where, caller)
    say(f"account {where.account_id}, {where.region}, as {caller['Arn']}")

    def client(service: Any) -> Any:
        return session.client(service, config=_CLIENT)

    changes = set()

    def brought(thing: Thing) -> None:
        outcome = bring(thing, dry_run=dry_run)
        changes.add(outcome.change)
        say(f"  {outcome.line(dry_run=dry_run)}")

    tags = _tags(where)
    account = where.account_id
    key = StateKey(
        client("kms"),
        client("resourcegroupstaggingapi"),
        alias=where.key_alias,
        account_id=account,
        tags=tags,
    )
    brought(key)
    bucket = StateBucket(
        client("s3"),
        name=where.state_bucket,
        account_id=account,
        region=where.region,
        # The bucket is encrypted under it, so that the key comes first.
        key_arn=key.arn,
        tags=tags,
    )
    brought(bucket)
    provider = IdentityProvider(client("iam"), account_id=account, tags=tags)
    brought(provider)
    if dry_run and changes != {Change.UNCHANGED}:
        say("Nothing was changed: run it without --dry-run to do so.")
        return
    for line in _next(where, key, provider):
        say(line)


def _next(where: Coordinates, key: StateKey, provider: IdentityProvider) -> Iterator[str]:
    yield "Next:"
    yield f"  pulumi login '{where.backend_url}'"
    yield f"  pulumi stack init {where.stack} --secrets-provider='{where.secrets_provider}'"
    yield f"  make preview-live STACK={where.stack}"
    yield f"For the pipelines, in plinth:delivery of {where.config_file.name}:"
    yield f"  provider_arn: {provider.arn}"
    yield "  state:"
    yield f"    bucket: {where.state_bucket}"
    yield f"    key_arn: {key.arn}"


def _tags(where: Coordinates) -> Tags:
    return Tags(
        fixed={"project": where.project, "managed-by": MANAGED_BY},
        given={"owner": where.owner, "cost-centre": where.cost_centre, "environment": "shared"},
    )


def _same_account(where: Coordinates, caller: "GetCallerIdentityResponseTypeDef") -> None:
    if caller["Account"] != where.account_id:
        raise BootstrapError(
            f"these credentials are of account {caller['Account']} ({caller['Arn']}), and stack"
            f" {where.stack} belongs to {where.account_id} ({where.config_file.name}:"
            " plinth:account_id)"
        )
