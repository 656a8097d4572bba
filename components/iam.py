"""Least-privilege statements, the policy documents made of them, and the role of a workload.

A ``Statement`` says what a principal may do, a ``ResourceStatement`` who may use a resource, a
``Deny`` what nobody may do to it. Each checks what is known when it is made; a document checks
again once its outputs are known.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.policy_checks import (
    Conditions,
    check_actions,
    check_arns,
    check_filled,
    check_passes_role,
    check_says_for_whom,
    check_scope,
    check_sid,
    is_unscoped,
)
from components.trust import service_trust

_VERSION = "2012-10-17"
# IAM's limit on all inline policies of a role together, white space not counted.
_INLINE_LIMIT = 10_240
_PRINCIPAL = re.compile(r"arn:[a-z-]+:iam::\d{12}:(root|role/[\w+=,.@/-]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What a principal may do: one Allow statement of an identity policy.

    Attributes:
        sid: what the statement is for, in PascalCase; one of its own in a document (see `sid_for`).
        actions: complete action names; a wildcard is refused.
        resources: ARNs. One that stands for every resource of its kind, such as ``*``,
            ``arn:aws:s3:::*`` or ``…:table/*``, is refused unless `unscoped_because` says why;
            ``…:table*`` also stands where conditions hold it back.
        conditions: IAM condition block: operator, then key, then value or values.
        unscoped_because: why the actions cannot be limited to a resource.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[pulumi.Input[str], ...]
    conditions: Conditions = field(default_factory=dict)
    unscoped_because: str | None = None

    def __post_init__(self) -> None:
        check_sid(self.sid)
        check_actions(self.sid, self.actions)
        check_filled(self.sid, "resources", self.resources)
        self.check_resources([item for item in self.resources if isinstance(item, str)])
        if self.unscoped_because is not None and not self.unscoped_because.strip():
            raise ValueError(f"unscoped_because of {self.sid} must give a reason, got ''")
        if "iam:PassRole" in self.actions:
            check_passes_role(self.sid, self.conditions)

    def check_resources(self, resources: Sequence[str]) -> None:
        """Refuse resources, once known, that are wider than the statement has a reason for."""
        check_arns(self.sid, resources)
        check_scope(self.sid, self.actions, resources, self.conditions, self.unscoped_because)

    def render(self) -> dict[str, object]:
        """Return the statement as IAM writes it, outputs still inside."""
        return _render("Allow", self)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceStatement:
    """Who may use a resource: one Allow statement of the resource's own policy.

    Attributes:
        sid: what the statement is for, in PascalCase.
        services: service principals, such as ``delivery.logs.amazonaws.com``. Each acts for
            anybody, so the conditions must say for whom: aws:SourceAccount, aws:SourceArn,
            aws:SourceOrgID or a KMS encryption context.
        principals: ARNs of roles, or of an account's root; ``*`` is refused.
        actions: complete action names. The one wildcard taken is ``kms:*`` for an account's root.
        resources: ARNs; ``*`` is taken for KMS actions only, where it means the key itself.
        conditions: IAM condition block.
    """

    sid: str
    services: tuple[str, ...] = ()
    principals: tuple[pulumi.Input[str], ...] = ()
    actions: tuple[str, ...]
    resources: tuple[pulumi.Input[str], ...]
    conditions: Conditions = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_sid(self.sid)
        if not self._delegates_key_to_account():
            check_actions(self.sid, self.actions)
        self._check_services()
        self.check_principals([item for item in self.principals if isinstance(item, str)])
        check_filled(self.sid, "resources", self.resources)
        self.check_resources([item for item in self.resources if isinstance(item, str)])

    def check_resources(self, resources: Sequence[str]) -> None:
        """Refuse resources, once known, beyond the one whose policy this is."""
        if all(action.startswith("kms:") for action in self.actions):
            resources = [item for item in resources if item != "*"]
        check_arns(self.sid, resources)
        wide = [item for item in resources if is_unscoped(item)]
        if wide:
            raise ValueError(f"resources of {self.sid} must name a resource, got {wide}")

    def check_principals(self, principals: Sequence[str]) -> None:
        """Refuse principals, once known, that are not one role or one account."""
        strange = [item for item in principals if not _PRINCIPAL.fullmatch(item)]
        if strange:
            raise ValueError(f"principals of {self.sid} must be ARNs of roles or roots: {strange}")

    def check_conditions(self, conditions: Conditions) -> None:
        """Refuse conditions, once known, under which a service may act for anybody."""
        if self.services:
            check_says_for_whom(self.sid, conditions)

    def render(self) -> dict[str, object]:
        """Return the statement as AWS writes it, outputs still inside."""
        principal: dict[str, object] = {}
        if self.services:
            principal["Service"] = list(self.services)
        if self.principals:
            principal["AWS"] = list(self.principals)
        return _render("Allow", self, Principal=principal)

    def _delegates_key_to_account(self) -> bool:
        # Without this statement a key's policy could lock out the account that owns it for good.
        roots = all(isinstance(item, str) and item.endswith(":root") for item in self.principals)
        return self.actions == ("kms:*",) and not self.services and roots

    def _check_services(self) -> None:
        if not self.services and not self.principals:
            raise ValueError(f"services or principals of {self.sid} must not be empty")
        for service in self.services:
            if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com", service):
                raise ValueError(
                    f"services of {self.sid} must end in .amazonaws.com, got {service!r}"
                )
        self.check_conditions(self.conditions)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deny:
    """What nobody may do to a resource: one Deny statement of its own policy.

    Attributes:
        sid: what the statement is for, in PascalCase.
        actions: action names; a wildcard is welcome, since it only takes away.
        resources: ARNs.
        conditions: when it applies; without any it would lock out everyone.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[pulumi.Input[str], ...]
    conditions: Conditions

    def __post_init__(self) -> None:
        check_sid(self.sid)
        check_filled(self.sid, "actions", self.actions)
        check_filled(self.sid, "resources", self.resources)
        check_filled(self.sid, "conditions", self.conditions)

    def check_resources(self, resources: Sequence[str]) -> None:
        """Refuse nothing but what is no ARN: a Deny cannot be too wide."""
        check_arns(self.sid, resources)

    def render(self) -> dict[str, object]:
        """Return the statement as AWS writes it, outputs still inside."""
        return _render("Deny", self, Principal="*")


def tls_only(arns: Iterable[pulumi.Input[str]], actions: tuple[str, ...]) -> Deny:
    """Deny every request made without TLS; `actions` are usually all of the service's."""
    return Deny(
        sid="TlsOnly",
        actions=actions,
        resources=tuple(arns),
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def sid_for(*parts: str) -> str:
    """Make a PascalCase sid: ``sid_for("orders-placed", "read")`` is ``OrdersPlacedRead``."""
    words = (word for part in parts for word in re.split(r"[^A-Za-z0-9]+", part))
    return "".join(word[:1].upper() + word[1:] for word in words)


def policy_document(statements: Iterable[Statement]) -> pulumi.Output[str]:
    """Render an identity policy; a statement given twice stands in it once."""
    return _document(tuple(statements), limit=_INLINE_LIMIT)


def resource_policy(statements: Iterable[ResourceStatement | Deny]) -> pulumi.Output[str]:
    """Render the policy of a resource; a statement given twice stands in it once."""
    return _document(tuple(statements), limit=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkloadRoleArgs:
    """What a workload's role is for.

    Attributes:
        service: principal of the AWS service that runs the workload.
        permissions: all that the workload may do; it gets no policy when there are none.
        source_account: account that the service must act for, where it says so (`service_trust`).
        source_arn: pattern of the resources that the service must act for, where it says so.
    """

    service: str
    permissions: tuple[Statement, ...]
    source_account: str | None = None
    source_arn: str | None = None


class WorkloadRole(pulumi.ComponentResource):
    """The role of one workload, with exactly the permissions listed at its call site."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    # What to depend on before the workload starts: without it the role may do nothing.
    policy: aws.iam.RolePolicy | None

    def __init__(
        self, name: str, args: WorkloadRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:iam:WorkloadRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=service_trust(args.service, args.source_account, args.source_arn),
            opts=child,
        )
        self.arn = role.arn
        self.name = role.name
        self.policy = None
        if args.permissions:
            self.policy = aws.iam.RolePolicy(
                f"{name}-policy",
                role=role.id,
                policy=policy_document(args.permissions),
                opts=child,
            )
        self.register_outputs({"arn": self.arn, "name": self.name})


def _document(
    statements: Sequence[Statement] | Sequence[ResourceStatement | Deny], *, limit: int | None
) -> pulumi.Output[str]:
    by_sid: dict[str, Statement | ResourceStatement | Deny] = {}
    for statement in statements:
        if by_sid.setdefault(statement.sid, statement) != statement:
            raise ValueError(f"sid must be unique in a document, got {statement.sid} twice")
    if not by_sid:
        raise ValueError("statements must not be empty")

    def dump(rendered: list[dict[str, Any]]) -> str:
        for statement, body in zip(by_sid.values(), rendered, strict=True):
            statement.check_resources(body["Resource"])
            if isinstance(statement, ResourceStatement):
                statement.check_principals(body["Principal"].get("AWS", ()))
                statement.check_conditions(body.get("Condition", {}))
        text = json.dumps({"Version": _VERSION, "Statement": rendered}, separators=(",", ":"))
        if limit is not None and len(text) > limit:
            raise ValueError(
                f"an inline policy must have at most {limit} characters, got {len(text)}"
            )
        return text

    return pulumi.Output.from_input([item.render() for item in by_sid.values()]).apply(dump)


def _render(
    effect: str, item: Statement | ResourceStatement | Deny, **principal: object
) -> dict[str, object]:
    body = {"Sid": item.sid, "Effect": effect, **principal}
    body |= {"Action": list(item.actions), "Resource": list(item.resources)}
    if item.conditions:
        body["Condition"] = {
            operator: {
                key: list(value) if isinstance(value, list | tuple) else value
                for key, value in keys.items()
            }
            for operator, keys in item.conditions.items()
        }
    return body
