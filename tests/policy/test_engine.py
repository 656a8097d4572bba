"""The pack as the engine calls it: the same answers, under each rule's own name and level."""

from collections.abc import Iterable
from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, proxy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from rules import RULES
from rules.core.configuration import ConfigurationError
from rules.core.engine import Servicer
from rules.core.policies import policy_of
from rules.core.resource import Given
from rules.core.rule import Kind, Rule
from rules.core.values import SENTINELS, UNKNOWN, Secret
from rules.core.waivers import Waiver
from tests.policy.cases import aws, resources
from tests.policy.judging import TODAY, apart, cases_of, each_file, rules_of, run
from tests.policy.wire import URN, analyze_request, stack_request, struct

LOW = {"deletionWindowInDays": 7}

Said = tuple[set[tuple[str, str, str]], set[tuple[str, str]]]


def servicer(*rules: Rule, waivers: tuple[Waiver, ...] = ()) -> Servicer:
    table = {rule.id: rule for rule in rules} or dict(RULES)
    return Servicer("plinth", table, waivers, TODAY)


def configure(service: Any, policies: dict[str, Any], level: Any = proto.MANDATORY) -> None:
    """Configure as the engine does: every policy has a level, and what was given of thresholds."""
    entries = {}
    for name, properties in policies.items():
        given = struct_pb2.Struct()
        given.update(properties)
        entries[name] = proto.PolicyConfig(enforcementLevel=level, properties=given)
    service.Configure(proto.ConfigureAnalyzerRequest(policyConfig=entries), None)


def said(responses: Iterable[Any]) -> Said:
    """The complaints, and what has no answer yet, each with its rule."""
    answers = tuple(responses)
    found = {
        (item.policyName, item.urn, item.message.split("\n", 1)[1])
        for response in answers
        for item in response.diagnostics
    }
    unknown = {
        (item.policy_name, item.reason.partition(":")[0])
        for response in answers
        for item in response.not_applicable
    }
    return found, unknown


def expected(given: list[Given], *rules: Rule) -> Said:
    report = run(given, *rules)
    complaints = {(item.rule.id, item.subject.urn, item.message) for item in report.violations}
    told = {(item.rule.id, item.subject.urn) for item in report.violations}
    unknown = {
        (item.rule.id, item.subject.name)
        for item in report.not_yet_known
        if (item.rule.id, item.subject.urn) not in told
    }
    return complaints, unknown


@each_file
def test_the_engine_hears_of_all_rules_what_the_offline_plan_says(file: str) -> None:
    """All cases of a file stand in one stack; half of them as a preview knows them."""
    given = [
        item
        for number, (_, _, case) in enumerate(cases_of(file, "passes", "fails", "unknown"))
        for item in apart(resources(case, preview=number % 2 == 1), f"{number}-")
    ]
    service = servicer()
    alone = (service.Analyze(analyze_request(item, given), None) for item in given)
    together = service.AnalyzeStack(stack_request(given), None)
    answer, unknown = said([*alone, together])
    complaints, missing = expected(given)
    assert answer == complaints
    assert unknown == missing


@each_file
def test_each_rule_alone_is_a_policy_of_the_sdk(file: str) -> None:
    for rule, fixture in rules_of(file):
        policies = [policy_of(rule, (), TODAY)]
        service: Any = _PolicyAnalyzerServicer(
            "plinth", "0.0.1", policies, EnforcementLevel.MANDATORY
        )
        for case in (fixture.passes[0], *fixture.fails[:2], *fixture.unknown[:2]):
            given = resources(case)
            if rule.kind is Kind.STACK:
                answers = [service.AnalyzeStack(stack_request(given), None)]
            else:
                answers = [service.Analyze(analyze_request(item, given), None) for item in given]
            answer, unknown = said(answers)
            complaints, missing = expected(given, rule)
            assert answer == complaints
            assert unknown == (set() if complaints else missing), rule.id


def test_every_rule_is_listed_with_its_level_severity_and_thresholds() -> None:
    found = {item.name: item for item in servicer().GetAnalyzerInfo(None, None).policies}
    assert found.keys() == RULES.keys()
    window = found["kms-deletion-window"]
    assert window.enforcementLevel == proto.MANDATORY
    assert window.severity == proto.POLICY_SEVERITY_MEDIUM
    assert window.policy_type == proto.POLICY_TYPE_RESOURCE
    assert "components.data.keys.Key" in window.remediation_steps
    schema = json_format.MessageToDict(window.configSchema.properties)["minimum_days"]
    assert (schema["type"], schema["minimum"], schema["maximum"]) == ("integer", 7, 30)
    # With a default here, the engine would overrule what the configuration says of all rules.
    assert "default" not in schema
    assert found["s3-versioning"].policy_type == proto.POLICY_TYPE_STACK


def test_a_rule_takes_its_level_and_thresholds_from_the_configuration() -> None:
    service = servicer(RULES["kms-deletion-window"])
    key = analyze_request(resources((aws("kms/key:Key", inputs={"deletionWindowInDays": 10}),))[0])
    configure(service, {"kms-deletion-window": {}}, proto.ADVISORY)
    (diagnostic,) = service.Analyze(key, None).diagnostics
    assert diagnostic.enforcementLevel == proto.ADVISORY
    configure(service, {"kms-deletion-window": {"minimum_days": 10.0}}, proto.ADVISORY)
    assert not service.Analyze(key, None).diagnostics
    configure(service, {"kms-deletion-window": {}}, proto.DISABLED)
    assert not service.Analyze(key, None).diagnostics


def test_what_the_configuration_says_of_all_rules_holds_for_each() -> None:
    service = servicer(RULES["s3-no-force-destroy"])
    bucket = analyze_request(
        resources((aws("s3/bucket:Bucket", inputs={"forceDestroy": True}),))[0]
    )
    assert service.Analyze(bucket, None).diagnostics
    configure(service, {"all": {"production": False}, "s3-no-force-destroy": {}})
    assert not service.Analyze(bucket, None).diagnostics
    configure(service, {"all": {"production": False}, "s3-no-force-destroy": {"production": True}})
    assert service.Analyze(bucket, None).diagnostics


def test_unknown_rules_and_thresholds_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"s3-versionning; did you mean s3-versioning\?"):
        configure(servicer(), {"s3-versionning": {}})
    with pytest.raises(ConfigurationError, match=r"kms-deletion-window\.days is not a threshold"):
        configure(servicer(), {"kms-deletion-window": {"days": 3}})


def test_a_remedy_changes_only_its_property_and_keeps_secrets_and_files() -> None:
    service = servicer(RULES["kms-deletion-window"])
    request = analyze_request(
        resources(
            (
                aws(
                    "kms/key:Key",
                    inputs={
                        "deletionWindowInDays": Secret(7),
                        "description": Secret("hush"),
                        "policy": UNKNOWN,
                        "tags": {"a": "b"},
                    },
                ),
            )
        )[0]
    )
    assert not service.Remediate(request, None).remediations
    configure(service, {"kms-deletion-window": {}}, proto.REMEDIATE)
    (remediation,) = service.Remediate(request, None).remediations
    assert remediation.policyName == "kms-deletion-window"
    assert remediation.properties == struct(
        {
            "deletionWindowInDays": Secret(30),
            "description": Secret("hush"),
            "policy": UNKNOWN,
            "tags": {"a": "b"},
        }
    )
    # What a remedy leaves is as bad as any other violation.
    (diagnostic,) = service.Analyze(request, None).diagnostics
    assert diagnostic.enforcementLevel == proto.MANDATORY


def test_a_rule_of_the_sdk_remedies_alike() -> None:
    policies = [policy_of(RULES["kms-deletion-window"], (), TODAY)]
    service: Any = _PolicyAnalyzerServicer("plinth", "0.0.1", policies, EnforcementLevel.REMEDIATE)
    inputs = {**LOW, "description": Secret("hush")}
    request = analyze_request(resources((aws("kms/key:Key", inputs=inputs),))[0])
    (remediation,) = service.Remediate(request, None).remediations
    wanted = {"deletionWindowInDays": 30, "description": Secret("hush")}
    assert remediation.properties == struct(wanted)


def test_a_rule_without_a_remedy_says_so() -> None:
    service = servicer(RULES["kms-policy-no-public"])
    configure(service, {"kms-policy-no-public": {}}, proto.REMEDIATE)
    response = service.Remediate(analyze_request(resources((aws("kms/key:Key"),))[0]), None)
    assert [item.policy_name for item in response.not_applicable] == ["kms-policy-no-public"]


def waiver(resource: str = "it") -> Waiver:
    return Waiver("kms-deletion-window", resource, "It holds nothing.", "platform", TODAY)


def test_a_waived_violation_is_shown_as_advice_with_its_reason() -> None:
    service = servicer(RULES["kms-deletion-window"], waivers=(waiver(),))
    request = analyze_request(resources((aws("kms/key:Key", inputs=LOW),))[0])
    (diagnostic,) = service.Analyze(request, None).diagnostics
    assert diagnostic.enforcementLevel == proto.ADVISORY
    assert "waived until 2026-01-15 (platform: It holds nothing.)" in diagnostic.message


def test_a_waiver_that_waives_nothing_is_a_violation_of_the_stack() -> None:
    table = (RULES["kms-deletion-window"], RULES["waivers-current"])
    service = servicer(*table, waivers=(waiver(), waiver("other")))
    given = resources((aws("kms/key:Key", inputs=LOW),))
    service.Analyze(analyze_request(given[0]), None)
    (diagnostic,) = service.AnalyzeStack(stack_request(given), None).diagnostics
    assert diagnostic.policyName == "waivers-current"
    assert diagnostic.urn == URN
    assert "for other" in diagnostic.message


def test_a_waiver_of_what_was_not_updated_is_not_idle() -> None:
    # With --target the engine asks about some resources only, and then about all together.
    table = (RULES["kms-deletion-window"], RULES["waivers-current"])
    service = servicer(*table, waivers=(waiver(),))
    given = resources((aws("kms/key:Key", inputs=LOW),))
    assert not service.AnalyzeStack(stack_request(given), None).diagnostics


def test_the_sentinels_of_unknown_values_are_the_sdks() -> None:
    own = {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")}
    assert own == SENTINELS
