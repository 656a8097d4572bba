"""What a policy statement must satisfy, whoever it is for."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from typing import TypeAlias

import pulumi

_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
# In the ARNs of these services a name comes first, not a kind: `bucket/*` is one bucket.
_NAME_FIRST = frozenset({"execute-api", "s3", "sns", "sqs"})
# Operators under which a request without the key does not pass. `…IfExists` would let it.
_BINDING = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})
# Condition keys, in lower case, that tell for whom a service acts.
_FOR_WHOM = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorg", "kms:encryptioncontext:")
# Who may do these to everything may read all data, or become anybody: no reason is good enough.
_NEVER_UNSCOPED = frozenset(
    {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "iam:PassRole",
        "kms:Decrypt",
        "rds-db:connect",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "sts:AssumeRole",
    }
)

Conditions: TypeAlias = Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]]


def check_sid(sid: str) -> None:
    """Refuse what AWS would refuse, and any other case than ours."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", sid):
        raise ValueError(f"sid must be PascalCase letters and digits, got {sid!r}")


def check_filled(sid: str, what: str, values: Sized) -> None:
    """Refuse an empty element."""
    if not values:
        raise ValueError(f"{what} of {sid} must not be empty")


def check_actions(sid: str, actions: tuple[str, ...]) -> None:
    """Refuse no action, and any that is not the full name of one."""
    check_filled(sid, "actions", actions)
    vague = [item for item in actions if not re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", item)]
    if vague:
        raise ValueError(f"actions of {sid} must each be named in full, got {vague}")


def check_arns(sid: str, resources: Iterable[str]) -> None:
    """Refuse a resource that is neither an ARN nor ``*``."""
    strange = [item for item in resources if item != "*" and not _ARN.fullmatch(item)]
    if strange:
        raise ValueError(f"resources of {sid} must be ARNs, got {strange}")


def check_scope(
    sid: str,
    actions: Iterable[str],
    resources: Iterable[str],
    conditions: Conditions,
    reason: str | None,
) -> None:
    """Refuse resources that stand for every one, unless there is a reason and no data at risk.

    All of a kind, such as ``…:table*``, also stand where conditions hold them back.
    """
    held_back = any(_bound(conditions))
    wide = [item for item in resources if is_unscoped(item) or (_is_a_kind(item) and not held_back)]
    if not wide:
        return
    if risky := sorted(_NEVER_UNSCOPED.intersection(actions)):
        raise ValueError(f"resources of {sid} must be named for {risky}, got {wide}")
    if reason is None:
        raise ValueError(f"unscoped_because of {sid} must say why it needs {wide}")


def check_says_for_whom(sid: str, conditions: Conditions) -> None:
    """Refuse conditions that let an AWS service act for anybody's resources."""
    bound = [(key, values) for key, values in _bound(conditions) if key.startswith(_FOR_WHOM)]
    if not any(_names_somebody(values) for _, values in bound):
        raise ValueError(
            f"conditions of {sid} must say for whom the service acts (StringEquals on "
            f"aws:SourceAccount, ArnLike on aws:SourceArn …), got {dict(bound)}"
        )


def check_passes_role(sid: str, conditions: Conditions) -> None:
    """Refuse to pass a role to whatever service asks for it."""
    if not any(key == "iam:passedtoservice" for key, _ in _bound(conditions)):
        raise ValueError(f"conditions of {sid} must bind iam:PassedToService, got none")


def is_unscoped(resource: str) -> bool:
    """Say whether a resource stands for everything, or for every resource of a service or kind."""
    if resource == "*":
        return True
    _, partition, service, _, account, name = resource.split(":", 5)
    if any(mark in partition + service + account for mark in "*?"):
        return True
    if not name.strip("*?:/"):
        return True
    instance = re.split("[:/]", name, maxsplit=1)[1:]
    return service not in _NAME_FIRST and bool(instance) and not instance[0].strip("*?:/")


def _is_a_kind(resource: str) -> bool:
    """Say whether a resource is a kind and a wildcard with nothing between them."""
    if resource == "*":
        return False
    _, _, service, _, _, name = resource.split(":", 5)
    return service not in _NAME_FIRST and re.fullmatch(r"[^:/*?]+[*?]+", name) is not None


def _bound(conditions: Conditions) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield each key that a request must have with its values; AWS tells no cases of keys apart."""
    for operator, keys in conditions.items():
        if operator in _BINDING:
            for key, value in keys.items():
                yield key.lower(), tuple(value) if isinstance(value, list | tuple) else (value,)


def _names_somebody(values: Iterable[object]) -> bool:
    """Say whether every value known now is one account, or resources of one account."""
    return all(_is_somebody(value) for value in values if isinstance(value, str))


def _is_somebody(value: str) -> bool:
    if not _ARN.fullmatch(value):
        return not any(mark in value for mark in "*?")
    *_, account, name = value.split(":", 5)
    # The ARN of a bucket has no account: then its own name must be there.
    return not any(mark in account for mark in "*?") and bool(account or name.strip("*?:/"))
