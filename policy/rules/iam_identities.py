"""Rules for identities that should not be, and policies that are not ours."""

from typing import Annotated, Final

from rules.core.findings import each
from rules.core.globs import matches
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.thresholds import Limit
from rules.iam import GRANTS, ROLE

POLICY_ATTACHMENT: Final = "aws:iam/policyAttachment:PolicyAttachment"
# What STS calls itself as the audience of a token: in the regions of China, the second.
AUDIENCES: Final = frozenset({"sts.amazonaws.com", "sts.amazonaws.com.cn"})
FULL_ACCESS: Final = ("AdministratorAccess*", "*FullAccess*", "PowerUserAccess", "*Administrator")


@resource_rule(
    "iam-no-managed-admin",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    POLICY_ATTACHMENT,
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    ROLE,
    severity=Severity.HIGH,
    why="AWS's full-access policies allow far more than any workload needs, and grow.",
    fix=GRANTS,
    cdk_nag="AwsSolutions-IAM4",
    checkov="CKV_AWS_274 CKV2_AWS_56",
)
def no_managed_admin(
    attachment: Resource,
    *,
    allowed: Annotated[
        tuple[str, ...], Limit("Names or ARNs of full-access policies that may be attached.")
    ] = (),
) -> Findings:
    """No identity has AdministratorAccess or another full-access policy of AWS's."""

    def is_modest(arn: str) -> Findings:
        name = arn.rpartition("/")[2]
        if ":iam::aws:policy/" not in arn or name in allowed or arn in allowed:
            return
        if any(matches(item, name) for item in FULL_ACCESS):
            yield f"{name} is attached"

    def at(path: str) -> Findings:
        return each(attachment.texts(path), is_modest)

    return each(("policyArn", "policyArns", "managedPolicyArns"), at)


@resource_rule(
    "iam-no-users",
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
    POLICY_ATTACHMENT,
    severity=Severity.HIGH,
    why="A user's keys last until somebody remembers them, and work from anywhere.",
    fix=(
        "Let workloads have components.iam.WorkloadRole, people single sign-on, and pipelines OIDC."
    ),
    security_hub="IAM.2",
    cis="3:1.15",
    cdk_nag="NIST.800.53.R5-IAMUserNoPolicies",
    checkov="CKV_AWS_273 CKV_AWS_40",
)
def no_users(user: Resource) -> Findings:
    """There are no IAM users and no keys that last."""
    if user.type != POLICY_ATTACHMENT:
        yield f"{user.type.rpartition(':')[2]} is for an IAM user"
    elif user.is_set("users"):
        yield "users have the policy attached"


@resource_rule(
    "iam-oidc-provider-aud",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    severity=Severity.HIGH,
    why=(
        "An issuer that is trusted for any audience hands out tokens, meant for others, that open "
        "our roles."
    ),
    fix='Set client_id_lists=["sts.amazonaws.com"], and name the issuer in the configuration.',
)
def narrow_provider(
    provider: Resource,
    *,
    issuers: Annotated[
        tuple[str, ...], Limit("The issuers that may be trusted, without https://.")
    ] = ("token.actions.githubusercontent.com",),
) -> Findings:
    """An OIDC provider is one that the configuration names, for the audience of STS only."""
    known = {_issuer(text) for text in issuers}

    def is_for_sts(path: str) -> Findings:
        if path == "url":
            if _issuer(provider.text(path)) not in known:
                yield "url is not of an issuer that the configuration names"
        elif not any({item} == set(provider.texts(path)) for item in AUDIENCES):
            yield "clientIdLists is not sts.amazonaws.com alone"

    return each(("url", "clientIdLists"), is_for_sts)


def _issuer(url: str) -> str:
    return url.removeprefix("https://").rstrip("/")
