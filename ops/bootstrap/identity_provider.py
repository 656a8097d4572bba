"""GitHub's identity provider: what lets a workflow become a role without a key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ops.bootstrap.parts import Part, Tags, found

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

HOST: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"


class IdentityProvider:
    """The one provider of GitHub that an account has, whichever stacks and projects use it.

    By itself it opens nothing: a role's trust policy says which repository may have the role. It
    has no thumbprints of ours, since IAM trusts GitHub by its certificate authority.
    """

    kind = "provider"
    name = HOST

    def __init__(self, iam: "IAMClient", *, account_id: str, tags: Tags) -> None:
        """Name the account that it must be in."""
        self._iam = iam
        self._tags = tags
        self.arn = f"arn:aws:iam::{account_id}:oidc-provider/{HOST}"

    def find(self) -> bool:
        """Whether the account has it."""
        return found(self._ask, "NoSuchEntity", "NoSuchEntityException") is not None

    def create(self) -> None:
        """Make it."""
        self._iam.create_open_id_connect_provider(
            Url=f"https://{HOST}", ClientIDList=[AUDIENCE], Tags=_listed(self._tags.merged({}))
        )

    def parts(self) -> Sequence[Part]:
        """The audience. Whoever made the provider keeps their tags."""
        return (Part("audience", self._has_audience, self._add_audience),)

    def _ask(self) -> Any:
        return self._iam.get_open_id_connect_provider(OpenIDConnectProviderArn=self.arn)

    def _has_audience(self) -> bool:
        return AUDIENCE in self._ask()["ClientIDList"]

    def _add_audience(self) -> None:
        self._iam.add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=self.arn, ClientID=AUDIENCE
        )


def _listed(tags: dict[str, str]) -> list[Any]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
