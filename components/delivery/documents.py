"""Managed policies of the delivery: on a path that no deployment reaches."""

from collections.abc import Iterable

import pulumi
import pulumi_aws as aws

from components.iam import Statement, policy_document

# Where the roles and policies of the delivery are. What a deployment may change of IAM begins with
# `role/<project>-<stack>-`, so that it can change neither its own rights nor their bounds.
PATH = "/delivery/"
# IAM's limit on a managed policy, white space not counted.
_LIMIT = 6_144


def managed_policy(
    name: str,
    statements: Iterable[Statement],
    *,
    description: str,
    opts: pulumi.ResourceOptions,
) -> aws.iam.Policy:
    """Make a policy that several roles can have, or be bounded by."""

    def within_limit(document: str) -> str:
        if len(document) > _LIMIT:
            raise ValueError(f"{name} must have at most {_LIMIT} characters, got {len(document)}")
        return document

    return aws.iam.Policy(
        name,
        path=PATH,
        description=description,
        policy=policy_document(statements).apply(within_limit),
        opts=opts,
    )
