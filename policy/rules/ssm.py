"""Rules for parameters of Systems Manager."""

from typing import Final

from rules.core.encryption import is_customer_key
from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.sensitive import is_secret_itself, is_sensitive_name

PARAMETER: Final = "aws:ssm/parameter:Parameter"
VALUES: Final = ("value", "insecureValue")


@resource_rule(
    "ssm-param-securestring",
    PARAMETER,
    severity=Severity.MEDIUM,
    why=(
        "A parameter that is no SecureString shows its value to everybody who may read "
        "parameters, in the console and in every state file."
    ),
    fix=(
        'Set type="SecureString" and key_id to a components.data.keys.Key, as '
        "components.api.origin.OriginGuard does."
    ),
    checkov="CKV2_AWS_34 CKV_AWS_337",
)
def is_secure(parameter: Resource) -> Findings:
    """A parameter that looks like a secret is a SecureString, and each of these has a customer key.

    It looks like one by its name or by its value. A SecureString is a secret
    by its program's own word, whatever its name.
    """
    if parameter.text("type").lower() == "securestring":
        if not is_customer_key(parameter, "keyId"):
            yield "keyId is not a customer key"
    else:
        yield from each((_by_name, _by_value), lambda judge: judge(parameter))


def _by_name(parameter: Resource) -> Findings:
    if is_sensitive_name(parameter.text("name") or parameter.name):
        yield "a secret by its name is not a SecureString"


def _by_value(parameter: Resource) -> Findings:
    if some(VALUES, lambda path: is_secret_itself(parameter.get(path))):
        yield "a secret by its value is not a SecureString"
