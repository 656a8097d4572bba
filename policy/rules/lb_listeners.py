"""Rules for what load balancers listen to."""

import re
from typing import Final

from rules.core.findings import each
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.view import View
from rules.lb import A_LOAD_BALANCER, APPLICATION, LISTENER, LOAD_BALANCER, kind_of
from rules.links import Link, said, sources, targets

LISTENER_RULE: Final = "aws:lb/listenerRule:ListenerRule"
A_LISTENER: Final = Link(LISTENER, by=("id", "arn"))

HTTPS_PORT: Final = 443
ENCRYPTED: Final = frozenset({"HTTPS", "TLS"})
# Of 2021, and what AWS recommends.
MODERN: Final = "ELBSecurityPolicy-TLS13-1-2-2021-06"
_MODERN: Final = re.compile(r"ELBSecurityPolicy-TLS13-1-[23]-.+")
# The part of an ARN that tells the kind.
_NOT_APPLICATION: Final = (":loadbalancer/net/", ":loadbalancer/gwy/")


@stack_rule(
    "alb-https-only",
    LISTENER,
    reads=(LISTENER_RULE, LOAD_BALANCER),
    severity=Severity.HIGH,
    why="What is sent without TLS, sessions and passwords too, can be read and changed on the way.",
    fix='Redirect with protocol="HTTPS" and port="443", and forward from a listener with HTTPS.',
    security_hub="ELB.1 ELB.18",
    cdk_nag="NIST.800.53.R5-ALBHttpToHttpsRedirection",
    checkov="CKV_AWS_2 CKV2_AWS_20",
)
def only_redirects(listener: Resource, stack: Stack) -> Findings:
    """An application load balancer's listener without TLS does nothing but redirect to port 443.

    That holds for each of its rules too. Network load balancers have no requests to redirect.
    """
    protocol = listener.text("protocol").upper()
    if protocol not in {"", "HTTP"} or (not protocol and not _is_application(listener, stack)):
        return

    def redirects(item: Resource) -> Findings:
        path = "defaultActions" if item.type == LISTENER else "actions"
        if not item.count(path):
            yield f"{path} of {item.name} has no redirect to HTTPS"

        def is_redirect(action: View) -> Findings:
            if not _is_to_https(action):
                yield f"{path} of {item.name} does other than redirect to HTTPS on port 443"

        yield from each(item.views(path), is_redirect)

    def of_rules(_listener: Resource) -> Findings:
        rules = sources(stack, listener, LISTENER_RULE, "listenerArn", A_LISTENER)
        return each(rules, redirects)

    judges = (redirects, of_rules)
    yield from each(judges, lambda judge: judge(listener))


def _is_application(listener: Resource, stack: Stack) -> bool:
    """Whether a listener without a protocol, HTTP by default, is an application load balancer's."""
    path = "loadBalancerArn"
    texts, _ = said(listener, path)
    if any(kind in text for text in texts for kind in _NOT_APPLICATION):
        return False
    found = targets(stack, listener, path, A_LOAD_BALANCER)
    return all(kind_of(item) == APPLICATION for item in found)


def _is_to_https(action: View) -> bool:
    if action.text("type").lower() != "redirect":
        return False
    redirect = action.view("redirect")
    return redirect.text("protocol").upper() == "HTTPS" and redirect.number("port") == HTTPS_PORT


@resource_rule(
    "alb-tls-policy",
    LISTENER,
    severity=Severity.HIGH,
    why="Old versions of TLS can be broken, and who can choose chooses the oldest.",
    fix=f'Set ssl_policy="{MODERN}".',
    security_hub="ELB.17",
    checkov="CKV_AWS_103 CKV2_AWS_74",
    remedy=setting({"sslPolicy": MODERN}),
)
def is_modern(listener: Resource) -> Findings:
    """A listener with TLS takes version 1.2 at least, and offers 1.3.

    AWS's default is a policy of 2016 that takes TLS 1.0.
    """
    if listener.text("protocol").upper() not in ENCRYPTED:
        return
    if not _MODERN.fullmatch(listener.text("sslPolicy")):
        yield "sslPolicy is none of ELBSecurityPolicy-TLS13-1-2-* and ELBSecurityPolicy-TLS13-1-3-*"
