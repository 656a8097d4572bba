"""The providers that everything comes from."""

import pulumi
import pulumi_aws as aws
import pulumi_awsx as awsx

from settings import Settings


def make_providers(current: Settings) -> pulumi.ResourceOptions:
    """Options that put a component, and all below it, into the stack's account with its tags."""
    return pulumi.ResourceOptions(
        providers=[
            aws.Provider(
                "aws",
                region=current.region,
                # A stack can never be deployed to another stack's account by mistake.
                allowed_account_ids=[current.account_id],
                default_tags=aws.ProviderDefaultTagsArgs(
                    tags={
                        "environment": pulumi.get_stack(),
                        "project": pulumi.get_project(),
                        "owner": current.owner,
                        "cost-centre": current.cost_centre,
                        "managed-by": "pulumi",
                    }
                ),
            ),
            awsx.Provider("awsx"),
        ]
    )
