"""Rules for functions, each by itself."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from rules.core.findings import each
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.thresholds import Limit
from rules.core.values import UNKNOWN, NotKnown, Secret, revealed
from rules.sensitive import is_reference, is_secret_itself, is_sensitive_name

FUNCTION: Final = "aws:lambda/function:Function"

# The oldest version of each language that AWS still mends, as of November 2026. What is newer than
# this table passes, so that it can only be too mild.
OLDEST: Final[Mapping[str, tuple[int, int]]] = {
    "dotnet": (8, 0),
    "java": (11, 0),
    "nodejs": (22, 0),
    "python": (3, 10),
    "ruby": (3, 3),
}
_VERSIONED: Final = re.compile(r"([a-z]+)([0-9]{1,3})(?:\.([0-9]{1,3}|x))?")
# Those that are named by their system.
_BY_SYSTEM: Final = re.compile(r"provided\.al2([0-9]{3})?|java8\.al2")


@resource_rule(
    "lambda-runtime-supported",
    FUNCTION,
    severity=Severity.MEDIUM,
    why="A deprecated runtime gets no security patches, and one day no updates of the code either.",
    fix="Make the function with components.api.functions.Function, which has a current Python.",
    security_hub="Lambda.2",
    cdk_nag="AwsSolutions-L1",
    checkov="CKV_AWS_363",
)
def is_supported(function: Resource) -> Findings:
    """A function's runtime is one that AWS still supports; an image brings its own."""
    if function.is_set("imageUri") or function.text("packageType").lower() == "image":
        return
    # The spelling of the SDK's own list of names.
    runtime = function.text("runtime")
    if not _is_current(runtime):
        yield f"runtime {runtime} is not supported" if runtime else "runtime is not set"


def _is_current(runtime: str) -> bool:
    if _BY_SYSTEM.fullmatch(runtime):
        return True
    found = _VERSIONED.fullmatch(runtime)
    if found is None or found[1] not in OLDEST:
        return False
    minor = 0 if found[3] in (None, "x") else int(found[3])
    return (int(found[2]), minor) >= OLDEST[found[1]]


@resource_rule(
    "lambda-tracing",
    FUNCTION,
    severity=Severity.LOW,
    why="Without traces nobody can tell which of many calls made a request slow, or fail.",
    fix="Make the function with components.api.functions.Function, which traces.",
    security_hub="SH:Lambda.7",
    cdk_nag="Serverless-LambdaTracing",
    checkov="CKV_AWS_50",
    remedy=setting({"tracingConfig.mode": "Active"}),
)
def is_traced(function: Resource) -> Findings:
    """A function traces its invocations."""
    if function.text("tracingConfig.mode") != "Active":
        yield "tracingConfig.mode is not Active"


@resource_rule(
    "lambda-env-no-secrets",
    FUNCTION,
    severity=Severity.CRITICAL,
    why=(
        "Whoever may look at a function's configuration reads its variables, and they stand in "
        "every state file and version."
    ),
    fix=(
        "Pass the ARN of the secret, or the name of a SecureString, and read it at run time as "
        "app/authoriser does."
    ),
    checkov="CKV_AWS_45",
)
def holds_no_secrets(function: Resource) -> Findings:
    """No environment variable of a function holds a secret.

    A value is one by its form, by the name of its variable, or because the program itself keeps it
    secret. Where a secret is kept (an ARN, a path, an address) is none.
    """
    variables = function.get("environment.variables")
    if type(variables) is not dict:
        return ()
    return each(variables.items(), _leak)


def _leak(variable: tuple[str, Any]) -> Findings:
    name, given = variable
    value = revealed(given)
    if value is UNKNOWN:
        if type(given) is Secret or is_sensitive_name(name):
            raise NotKnown("environment.variables")
        return
    if is_secret_itself(value):
        yield f"variable {name} holds a secret by its form"
    elif not is_reference(value):
        if is_sensitive_name(name):
            yield f"variable {name} holds a secret by its name"
        elif type(given) is Secret:
            yield f"variable {name} holds what the program keeps secret"


# What pulumi-aws gives a function of which the program says neither: a policy in the engine sees
# these values. One alone may well be meant.
UNSAID: Final = {"timeout": 3, "memorySize": 128}


@resource_rule(
    "lambda-explicit-limits",
    FUNCTION,
    severity=Severity.LOW,
    why=(
        "Three seconds and 128 MB fit few functions; a limit far too high is paid for by each "
        "call that hangs."
    ),
    fix="Set memory_mb and timeout_seconds of components.api.functions.Function.",
    cdk_nag="Serverless-LambdaFunctionDefaultTimeout Serverless-LambdaDefaultMemorySize",
)
def has_limits(
    function: Resource,
    *,
    maximum_timeout_seconds: Annotated[
        int, Limit("The longest that an invocation may run, in seconds.", 1, 900)
    ] = 300,
    maximum_memory_mb: Annotated[
        int, Limit("The most memory that a function may have, in MB.", 128, 32_768)
    ] = 3008,
) -> Findings:
    """A function says how long it may run and how much memory it has, within the limits."""
    limits = (("timeout", maximum_timeout_seconds, "s"), ("memorySize", maximum_memory_mb, "MB"))

    def is_within(limit: tuple[str, int, str]) -> Findings:
        path, most, unit = limit
        value = function.number(path)
        # Nothing runs in no time: a zero stands for nothing said.
        if value is None or value <= 0:
            yield f"{path} is not set"
        elif value > most:
            yield f"{path} is {value} {unit}, more than {most}"

    yield from each(limits, is_within)
    if all(function.is_known(path) and function.number(path) == UNSAID[path] for path in UNSAID):
        yield "timeout and memorySize are not set: 3 s and 128 MB are the provider's own"
