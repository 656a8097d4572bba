"""Trust policies: which AWS service may assume a role, and on whose behalf."""

import json
import re
from collections.abc import Mapping

_DOCS = "https://docs.aws.amazon.com"

# Services that say for which account they assume a role, and where AWS documents it. A role that
# trusts one of them is bound to its own account, so that nobody else's resource can borrow it.
_SAYS_FOR_WHOM: Mapping[str, str] = {
    "codedeploy.amazonaws.com": (
        f"{_DOCS}/codedeploy/latest/userguide/security_confused_deputy.html"
    ),
    "ecs-tasks.amazonaws.com": f"{_DOCS}/AmazonECS/latest/developerguide/task-iam-roles.html",
    "monitoring.rds.amazonaws.com": (
        f"{_DOCS}/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html"
    ),
    "scheduler.amazonaws.com": (
        f"{_DOCS}/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html"
    ),
    "states.amazonaws.com": (
        f"{_DOCS}/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy"
    ),
    "vpc-flow-logs.amazonaws.com": f"{_DOCS}/vpc/latest/userguide/flow-logs-iam-role.html",
}

# Services of which AWS documents no such thing: under a condition they might never get the role.
_SAYS_NOTHING: Mapping[str, str] = {
    "chatbot.amazonaws.com": f"{_DOCS}/chatbot/latest/adminguide/understanding-permissions.html",
    "ec2.amazonaws.com": f"{_DOCS}/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html",
    "lambda.amazonaws.com": f"{_DOCS}/lambda/latest/dg/lambda-intro-execution-role.html",
    "rds.amazonaws.com": f"{_DOCS}/AmazonRDS/latest/UserGuide/rds-proxy-iam-setup.html",
}


def service_trust(
    service: str, source_account: str | None = None, source_arn: str | None = None
) -> str:
    """Render the trust policy that lets one AWS service assume a role.

    Args:
        source_account: the account that the service must act for. Needed where the service says
            for whom it acts, refused where it does not.
        source_arn: pattern of the resources that it must act for, in that account; narrower.

    Raises:
        ValueError: the account is missing, superfluous or malformed, the pattern reaches beyond
            the account, or the service is unknown.
    """
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition := _condition(service, source_account, source_arn):
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def _condition(
    service: str, account: str | None, arn: str | None
) -> dict[str, dict[str, str]] | None:
    if service in _SAYS_NOTHING:
        if account is not None or arn is not None:
            raise ValueError(
                f"source_account and source_arn must be None for {service}, which is not known to "
                f"say for whom it acts; got {account!r} and {arn!r}"
            )
        return None
    if service not in _SAYS_FOR_WHOM:
        known = ", ".join(sorted({*_SAYS_FOR_WHOM, *_SAYS_NOTHING}))
        raise ValueError(f"service must be one of {known}; got {service!r}")
    if account is None or not re.fullmatch(r"\d{12}", account):
        raise ValueError(
            f"source_account must be an account of 12 digits for {service}, got {account!r}"
        )
    if arn is None:
        return {"StringEquals": {"aws:SourceAccount": account}}
    if not re.fullmatch(rf"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:{account}:[^*?].*", arn):
        raise ValueError(f"source_arn must name resources of {account}, got {arn!r}")
    return {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": arn},
    }
