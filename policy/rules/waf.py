"""Rules for web ACLs."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.values import UNKNOWN, NotKnown, Unreadable, holds_sentinel
from rules.core.view import View
from rules.links import Link, sources

ACL: Final = "aws:wafv2/webAcl:WebAcl"
RULE: Final = "aws:wafv2/webAclRule:WebAclRule"
ASSOCIATION: Final = "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation"
LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

LINK: Final = Link(ACL, by=("id", "arn"))
COMMON: Final = "AWSManagedRulesCommonRuleSet"
KNOWN_BAD: Final = "AWSManagedRulesKnownBadInputsRuleSet"
# The rules against Log4Shell, which the second group is there for.
LOG4J: Final = "Log4JRCE"
SECRET_HEADERS: Final = ("authorization", "cookie")
GROUP: Final = "statement.managedRuleGroupStatement"


def _rules(acl: Resource, stack: Stack) -> Iterator[View]:
    """The rules of an ACL, wherever they are written, in the form of those inside it."""

    def of(part: Callable[[], Iterator[View]]) -> Iterator[View]:
        return part()

    found: list[View] = []
    missing: NotKnown | None = None
    for part in (
        lambda: acl.views("rules"),
        lambda: _from_json(acl),
        lambda: iter(sources(stack, acl, RULE, "webAclArn", LINK)),
        lambda: map(_as_rule, sources(stack, acl, ASSOCIATION, "webAclArn", LINK)),
    ):
        try:
            for item in of(part):
                found.append(item)  # noqa: PERF402 what is known before it raises must stay
        except NotKnown as error:
            missing = missing or error
    yield from found
    if missing is not None:
        raise missing


def _from_json(acl: Resource) -> Iterator[View]:
    text = acl.text("ruleJson")
    if not text:
        return
    try:
        rules = json.loads(text)
    except (ValueError, RecursionError) as error:
        if holds_sentinel(text):
            raise NotKnown("ruleJson") from error
        raise Unreadable("ruleJson", "a list of rules in JSON") from error
    for item in rules if type(rules) is list else [rules]:
        if type(item) is dict:
            yield View(_camel(item), "ruleJson.")


def _camel(value: Any) -> Any:
    """AWS's own spelling of a block in the provider's."""
    if type(value) is dict:
        return {f"{name[:1].lower()}{name[1:]}": _camel(item) for name, item in value.items()}
    return [_camel(item) for item in value] if type(value) is list else value


def _as_rule(association: Resource) -> View:
    data = association.data
    statement = {"managedRuleGroupStatement": data.get("managedRuleGroup")}
    action: Any = UNKNOWN
    if association.is_known("overrideAction"):
        action = {association.text("overrideAction").lower(): {}}
    return View({"statement": statement, "overrideAction": action}, "managedRuleGroup.")


def _acts(rule: View, path: str, action: str) -> bool:
    """Whether a rule's action is a certain one; an empty block says so too."""
    return any(name == action and value is not None for name, value in rule.view(path).data.items())


@stack_rule(
    "waf-has-rules",
    ACL,
    reads=(RULE, ASSOCIATION),
    severity=Severity.MEDIUM,
    why="An ACL without rules lets everything through and looks like a firewall.",
    fix="Make it with components.frontend.firewall.Firewall.",
    security_hub="WAF.10",
    checkov="CKV_AWS_175",
)
def has_rules(acl: Resource, stack: Stack) -> Findings:
    """A web ACL has a rule, inside it or beside it."""
    if not some(_rules(acl, stack), lambda _rule: True):
        yield "it has no rules"


@stack_rule(
    "waf-managed-baseline",
    ACL,
    reads=(RULE, ASSOCIATION),
    severity=Severity.MEDIUM,
    why="What is only counted gets through: attacks that everybody tries, Log4Shell among them.",
    fix="Make it with components.frontend.firewall.Firewall, which blocks by both groups.",
    checkov="CKV_AWS_192 CKV2_AWS_47 CKV2_AWS_76",
)
def has_baseline(acl: Resource, stack: Stack) -> Findings:
    """A web ACL blocks by AWS's groups of common attacks and of known bad inputs.

    Single rules of a group may be counted, but for those against Log4Shell.
    """

    def is_blocked(group: str) -> Findings:
        if not some(_rules(acl, stack), lambda rule: _blocks(rule, group)):
            yield f"{group} does not block"

    return each((COMMON, KNOWN_BAD), is_blocked)


def _blocks(rule: View, group: str) -> bool:
    if rule.text(f"{GROUP}.name") != group or rule.text(f"{GROUP}.vendorName") != "AWS":
        return False
    if _acts(rule, "overrideAction", "count"):
        return False
    return group != KNOWN_BAD or not some(rule.views(f"{GROUP}.ruleActionOverrides"), _lets_pass)


def _lets_pass(override: View) -> bool:
    return override.text("name").startswith(LOG4J) and any(
        _acts(override, "actionToUse", action) for action in ("allow", "count")
    )


@stack_rule(
    "waf-rate-limit",
    ACL,
    reads=(RULE,),
    severity=Severity.MEDIUM,
    why="One address that floods the site runs up its bill, and crowds out everybody else.",
    fix="Make it with components.frontend.firewall.Firewall, and set its rate_limit.",
)
def limits_rate(acl: Resource, stack: Stack) -> Findings:
    """A web ACL blocks whoever sends too many requests."""
    if not some(_rules(acl, stack), _limits):
        yield "no rate-based rule blocks"


def _limits(rule: View) -> bool:
    return rule.is_set("statement.rateBasedStatement") and _acts(rule, "action", "block")


@stack_rule(
    "waf-logging",
    ACL,
    reads=(LOGGING,),
    severity=Severity.MEDIUM,
    why=(
        "Without a log nobody learns what was blocked; with tokens and sessions in it, whoever "
        "reads it may use them."
    ),
    fix="Make it with components.frontend.firewall.Firewall, which logs without those headers.",
    security_hub="SH:WAF.11",
    cis="7:4.10",
    cdk_nag="NIST.800.53.R5-WAFv2LoggingEnabled",
    checkov="CKV2_AWS_31",
)
def is_logged(acl: Resource, stack: Stack) -> Findings:
    """A web ACL is logged, without the headers that hold credentials."""
    found = sources(stack, acl, LOGGING, "resourceArn", LINK)
    if not found:
        yield "nothing logs it"

    def is_redacted(header: str) -> Findings:
        if not some(acl.views("dataProtectionConfig.dataProtections"), _covers(header)):
            for logging in found:
                fields = logging.views("redactedFields")
                if not some(fields, lambda item: item.text("singleHeader.name").lower() == header):
                    yield f"redactedFields of {logging.name} leaves {header} in the log"

    if found:
        yield from each(SECRET_HEADERS, is_redacted)


def _covers(header: str) -> Callable[[View], bool]:
    """Whether the ACL's own protection of data takes a header out; without keys, it takes all."""

    def covers(item: View) -> bool:
        if item.text("field.fieldType") != "SINGLE_HEADER":
            return False
        if not item.is_set("field.fieldKeys"):
            return True
        return some(item.texts("field.fieldKeys"), lambda key: key.lower() == header)

    return covers
