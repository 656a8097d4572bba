"""Whatever is not known yet: it breaks no rule, and what it might hide is told."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rules.core.values import UNKNOWN
from tests.policy.cases import Case, resources
from tests.policy.judging import cases_of, each_file, run

# Rules that a property breaks by being given, whatever it says.
BROKEN_BY_ANY = {
    "provider-no-static-creds",
    "s3-no-deprecated-inline-config",
    "s3-no-website-hosting",
}
# Rules that a property keeps by being given: in a preview the ARN of a key, a queue or a log group
# that is yet to be made is unknown, and what it says is judged where it is known.
KEPT_BY_ANY = {
    "alarm-actions",
    "alb-access-logs",
    "alb-multi-az",
    "apigw-access-logs",
    "apigw-jwt-audience",
    "backup-vault-cmk",
    "budget-exists",
    "cf-default-root",
    "cf-waf",
    "ddb-cmk",
    "ecr-lifecycle",
    "events-target-dlq",
    "kms-key-rotation",
    "lambda-env-no-secrets",
    "lambda-esm-failure-dest",
    "lambda-permission-source",
    "lambda-policy-not-public",
    "logs-kms",
    "rds-multi-az",
    "rds-not-public",
    "rds-tls-enforced",
    "s3-sse-kms-cmk",
    "secret-cmk",
    "sns-kms",
    "sns-sub-redrive",
    "sqs-dlq",
    "ssm-param-securestring",
    "stack-required-alarms",
    "tags-required",
    "trail-kms",
}


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every property in a block, and every part of it."""
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield (*at, key)
        yield from places(item, (*at, key))


def without(value: Any, at: tuple[Any, ...]) -> Any:
    """The block with what stands at a place unknown."""
    if not at:
        return UNKNOWN
    changed = value.copy()
    changed[at[0]] = without(value[at[0]], at[1:])
    return changed


def with_one_unknown(case: Case) -> Iterator[tuple[str, list[Any]]]:
    """The case as often as it has properties, each time with another unknown."""
    given = resources(case)
    for index, item in enumerate(given):
        if any((item.type, item.inputs) == (other.type, other.inputs) for other in given[:index]):
            # One of many that are alike.
            continue
        for at in places(dict(item.inputs)):
            outputs = {key: value for key, value in item.outputs.items() if key != at[0]}
            changed = replace(item, inputs=without(dict(item.inputs), at), outputs=outputs)
            name = ".".join(map(str, (item.name, *at)))
            yield name, [*given[:index], changed, *given[index + 1 :]]


@each_file
def test_what_is_right_is_no_violation_whatever_of_it_is_not_known(file: str) -> None:
    found = {
        f"{label}: {name}": report.violations[0].message
        for label, rule, case in cases_of(file, "passes")
        if rule.id not in BROKEN_BY_ANY
        for name, given in with_one_unknown(case)
        if (report := run(given, rule)).violations
    }
    assert found == {}


@each_file
def test_what_is_wrong_never_passes_in_silence_whatever_of_it_is_not_known(file: str) -> None:
    silent = [
        f"{label}: {name}"
        for label, rule, case in cases_of(file, "fails")
        if rule.id not in KEPT_BY_ANY
        for name, given in with_one_unknown(case)
        if not ((report := run(given, rule)).violations or report.not_yet_known)
    ]
    assert silent == []
