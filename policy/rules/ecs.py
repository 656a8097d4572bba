"""Rules for what tasks of ECS may do, and what they say of themselves."""

from collections.abc import Iterator
from typing import Any, Final

from rules.containers import EXPRESS, TASK, each_container, label_of
from rules.core.findings import each
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.values import UNKNOWN, NotKnown, holds_sentinel
from rules.core.view import View
from rules.sensitive import is_reference, is_secret_itself, is_sensitive_name

SERVICE: Final = "aws:ecs/service:Service"
TASK_SET: Final = "aws:ecs/taskSet:TaskSet"

# Who runs everything on its host, by the name and the numbers that it has on Linux and on Windows.
ROOT: Final = frozenset({"", "0", "administrator", "containeradministrator", "root"})
# Identifiers of keys are no secrets, but where one is given, so is its key.
CREDENTIALS: Final = frozenset(
    {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "ecs_engine_auth_data"}
)


@resource_rule(
    "ecs-no-public-ip",
    SERVICE,
    TASK_SET,
    severity=Severity.HIGH,
    why="A task with a public address is one open port away from everybody.",
    fix=(
        "Leave assign_public_ip of network_configuration off, and place tasks in the "
        "workload_subnet_ids of components.network.vpc.Network."
    ),
    security_hub="ECS.2 ECS.16",
    checkov="CKV_AWS_333",
    remedy=setting({"networkConfiguration.assignPublicIp": False}),
)
def has_no_public_address(service: Resource) -> Findings:
    """The tasks of a service, or of a set of tasks, have no public addresses.

    What is not said is no: AWS gives none.
    """
    if service.flag("networkConfiguration.assignPublicIp") is True:
        yield "networkConfiguration.assignPublicIp is true"


def _is_windows(task: Resource) -> bool:
    return task.text("runtimePlatform.operatingSystemFamily").lower().startswith("windows")


@resource_rule(
    "ecs-task-hardening",
    TASK,
    severity=Severity.HIGH,
    why=(
        "Whoever breaks into a container that is root, or shares its host's network or processes, "
        "has the host and every task on it."
    ),
    fix=(
        'Give each container "readonlyRootFilesystem": true and a "user" other than root, and the '
        'task network_mode="awsvpc"; leave pid_mode and "privileged" off.'
    ),
    security_hub="ECS.1 ECS.3 ECS.4 ECS.5 SH:ECS.17",
    cdk_nag="NIST.800.53.R5-ECSTaskDefinitionUserForHostMode",
    checkov="CKV_AWS_334 CKV_AWS_335 CKV_AWS_336",
)
def is_hardened(task: Resource) -> Findings:
    """No container is root, privileged or may write its root, or shares its host's network.

    Nor does it share its host's processes. A user that is not named is root, or whoever the image
    says. On Windows, where AWS offers no read-only root, that one is not asked for.
    """

    def shares_nothing(path: str) -> Findings:
        if task.text(path).lower() == "host":
            yield f"{path} is host"

    def parts() -> Iterator[Findings]:
        yield each(("pidMode", "networkMode"), shares_nothing)
        yield each_container(task, lambda container: _weaknesses(container, task))

    return each(parts(), lambda findings: findings)


def _weaknesses(container: View, task: Resource) -> Findings:
    def is_privileged() -> Findings:
        if container.flag("privileged") is True:
            yield f"{label_of(container)} has privileged true"

    def may_write() -> Findings:
        if container.flag("readonlyrootfilesystem") is not True and not _is_windows(task):
            yield f"{label_of(container)} has no readonlyRootFilesystem true"

    def is_root() -> Findings:
        number = container.number("user")
        user = container.text("user") if number is None else f"{number:g}"
        if user.partition(":")[0].strip().lower() in ROOT:
            yield f"{label_of(container)} has no user other than root"

    return each((is_privileged, may_write, is_root), lambda judge: judge())


@resource_rule(
    "ecs-no-plaintext-secrets",
    TASK,
    EXPRESS,
    severity=Severity.CRITICAL,
    why=(
        "Whoever may look at a task definition reads its variables, and every revision keeps them "
        "for ever."
    ),
    fix=(
        'Name the secret or the SecureString in "secrets" of the container, or in "secretOptions" '
        "of its log driver: ECS hands it to the container as it starts."
    ),
    security_hub="ECS.8",
    cdk_nag="AwsSolutions-ECS2",
)
def holds_no_secrets(task: Resource) -> Findings:
    """No variable, log option, label or command of a container holds a secret.

    A value is one by its form, or by the name that it goes by; an access key by its variable alone.
    Where a secret is kept (an ARN, a path, an address) is none.
    """
    return each_container(task, _leaks)


def _leaks(container: View) -> Findings:
    def leak(item: tuple[str, Any]) -> Findings:
        name, value = item
        sensitive = is_sensitive_name(name) or name.lower() in CREDENTIALS
        if value is UNKNOWN or (type(value) is str and holds_sentinel(value)):
            if sensitive:
                raise NotKnown(name)
        elif is_secret_itself(value):
            yield f"{name} of {label_of(container)} holds a secret by its form"
        elif sensitive and not is_reference(value):
            yield f"{name} of {label_of(container)} holds a secret by its name"

    def parts() -> Iterator[Findings]:
        yield each(container.views("environment"), lambda pair: each(_named(pair), leak))
        for path in ("logconfiguration.options", "dockerlabels"):
            yield each(_items(container, path), leak)
        for path in ("command", "entrypoint"):
            yield each(((path, text) for text in container.texts(path)), leak)

    return each(parts(), lambda findings: findings)


def _named(pair: View) -> Iterator[tuple[str, Any]]:
    name = pair.text("name")
    yield name, pair.get("value") if pair.is_known("value") else UNKNOWN


def _items(container: View, path: str) -> Iterator[tuple[str, Any]]:
    block = container.get(path)
    if type(block) is dict:
        yield from block.items()


@resource_rule(
    "ecs-logging",
    TASK,
    severity=Severity.MEDIUM,
    why="What a container wrote is gone with it, and nobody can say what it did before.",
    fix=(
        'Give each container a "logConfiguration" with the driver awslogs and a log group that is '
        "encrypted with a components.data.keys.Key."
    ),
    security_hub="ECS.9",
    cdk_nag="AwsSolutions-ECS7",
)
def is_logged(task: Resource) -> Findings:
    """Every container of a task sends its logs somewhere."""

    def has_driver(container: View) -> Findings:
        if not container.is_set("logconfiguration.logdriver"):
            yield f"{label_of(container)} has no logConfiguration"
        elif container.is_known("logconfiguration.logdriver"):
            driver = container.text("logconfiguration.logdriver")
            if driver.lower() in {"", "none"}:
                yield f"{label_of(container)} has no driver in its logConfiguration"

    return each_container(task, has_driver)


@resource_rule(
    "ecs-distinct-roles",
    TASK,
    EXPRESS,
    severity=Severity.MEDIUM,
    why=(
        "With one role for both, the application may fetch every secret and image that ECS fetches "
        "for it."
    ),
    fix="Make one components.iam.WorkloadRole for the task and another for its execution.",
    checkov="CKV_AWS_249",
)
def has_distinct_roles(task: Resource) -> Findings:
    """A task and its execution have different roles; either may have none."""
    if not (task.is_set("taskRoleArn") and task.is_set("executionRoleArn")):
        return
    own, execution = task.text("taskRoleArn"), task.text("executionRoleArn")
    if own and own.rpartition("/")[2] == execution.rpartition("/")[2] and _fit(own, execution):
        yield "taskRoleArn and executionRoleArn are the same role"


def _fit(one: str, other: str) -> bool:
    """Whether two may be the same: a name stands for the ARN that ends in it."""
    return one == other or "/" not in one or "/" not in other
