"""CloudFront's access logs (standard logging v2), delivered to the log bucket."""

import pulumi
import pulumi_aws as aws

from components.data.buckets import LogBucket

# CloudFront hands its logs over here, wherever the bucket is.
_REGION = "us-east-1"
# AWS puts AWSLogs/<account>/CloudFront/ before it. A query for a day reads that day only.
_SUFFIX_PATH = "{DistributionId}/{yyyy}/{MM}/{dd}"
# The default set, less cookies, which can hold a session, and what is about streaming and
# field-level encryption; more, what tells where a request came from and how it was routed.
_FIELDS = (
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(Referer)",
    "cs(User-Agent)",
    "cs-uri-query",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "origin-fbl",
    "origin-lbl",
    "asn",
    "c-country",
    "cache-behavior-path-pattern",
)


def deliver_access_logs(
    name: str,
    *,
    distribution_arn: pulumi.Input[str],
    log_bucket: LogBucket,
    parent: pulumi.Resource,
) -> aws.cloudwatch.LogDelivery:
    """Deliver a distribution's access logs, one JSON object a request, within the hour."""
    # A distribution has one source, and a source one delivery to S3: AWS refuses the new one
    # while the old one stands.
    alone = pulumi.ResourceOptions(parent=parent, delete_before_replace=True)
    source = aws.cloudwatch.LogDeliverySource(
        f"{name}-log-source",
        log_type="ACCESS_LOGS",
        resource_arn=distribution_arn,
        region=_REGION,
        opts=alone,
    )
    destination = aws.cloudwatch.LogDeliveryDestination(
        f"{name}-log-target",
        delivery_destination_configuration=aws.cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs(
            destination_resource_arn=log_bucket.arn
        ),
        output_format="json",
        region=_REGION,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return aws.cloudwatch.LogDelivery(
        f"{name}-log-delivery",
        delivery_source_name=source.name,
        delivery_destination_arn=destination.arn,
        record_fields=list(_FIELDS),
        s3_delivery_configurations=[
            aws.cloudwatch.LogDeliveryS3DeliveryConfigurationArgs(
                suffix_path=_SUFFIX_PATH, enable_hive_compatible_path=False
            )
        ],
        region=_REGION,
        opts=pulumi.ResourceOptions.merge(
            alone,
            pulumi.ResourceOptions(
                depends_on=[log_bucket.delivery_policy],
                # AWS puts the account's folder before the path of a new delivery, not of a changed
                # one, which would then write where the bucket takes nothing:
                # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2274
                replace_on_changes=["recordFields", "s3DeliveryConfigurations"],
            ),
        ),
    )
