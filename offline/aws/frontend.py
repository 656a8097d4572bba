"""What AWS computes for CloudFront, the firewall and the delivery of logs."""

from collections.abc import Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Context, Type

# CloudFront's own zone in Route 53, the same for every distribution.
CLOUDFRONT_ZONE: Final = "Z2FDTNDATAQYW2"
_UUID: Final = "{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}"


def _firewall_arn(context: Context) -> str:
    scope = "global" if context["scope"] == "CLOUDFRONT" else "regional"
    template = f"arn:aws:wafv2:{{region}}:{{account}}:{scope}/webacl/{{name}}/{{id}}"
    return template.format_map(context)


def _service(context: Context) -> str:
    # Of the resource whose logs are delivered: its ARN names it.
    return str(context["resourceArn"]).split(":")[2]


_AMPLIFY: Final[Mapping[str, Type]] = {
    "aws:amplify/app:App": Type(
        id="d{alnum13}",
        name=AutoName("name", 255),
        computed={
            "arn": "arn:aws:amplify:{region}:{account}:apps/{id}",
            "autoBranchCreationConfig": {},
            "defaultDomain": "{id}.amplifyapp.com",
            "productionBranches": [],
        },
    ),
    "aws:amplify/branch:Branch": Type(
        id="{appId}/{branchName}",
        computed={
            "arn": "arn:aws:amplify:{region}:{account}:apps/{appId}/branches/{branchName}",
            "associatedResources": [],
            "customDomains": [],
            "destinationBranch": "",
            "sourceBranch": "",
        },
    ),
    "aws:amplify/domainAssociation:DomainAssociation": Type(
        id="{appId}/{domainName}",
        computed={
            "arn": "arn:aws:amplify:{region}:{account}:apps/{appId}/domains/{domainName}",
            "certificateVerificationDnsRecord": "",
            "subDomains": [{"dnsRecord": " CNAME d{alnum13}.cloudfront.net", "verified": False}],
        },
    ),
}

TYPES: Final[Mapping[str, Type]] = {
    **_AMPLIFY,
    "aws:cloudfront/cachePolicy:CachePolicy": Type(
        id=_UUID,
        name=AutoName("name", 128),
        computed={
            "arn": "arn:aws:cloudfront::{account}:cache-policy/{id}",
            "etag": "E{upper12}",
        },
    ),
    "aws:cloudfront/distribution:Distribution": Type(
        id="E{upper13}",
        computed={
            "arn": "arn:aws:cloudfront::{account}:distribution/{id}",
            "callerReference": "terraform-20260101000000000000000001",
            "domainName": "d{alnum13}.cloudfront.net",
            "etag": "E{upper12}",
            "hostedZoneId": CLOUDFRONT_ZONE,
            "inProgressValidationBatches": 0,
            "lastModifiedTime": "2026-01-01 00:00:00 +0000 UTC",
            "loggingV1Enabled": False,
            "status": "Deployed",
            "trustedKeyGroups": [{"enabled": False, "items": []}],
            "trustedSigners": [{"enabled": False, "items": []}],
        },
    ),
    "aws:cloudfront/function:Function": Type(
        id="{name}",
        name=AutoName("name", 64),
        computed={
            "arn": "arn:aws:cloudfront::{account}:function/{name}",
            "etag": "E{upper12}",
            "liveStageEtag": "E{upper13}",
            "status": "UNASSOCIATED",
        },
    ),
    "aws:cloudfront/originAccessControl:OriginAccessControl": Type(
        id="E{upper13}",
        name=AutoName("name", 64),
        computed={
            "arn": "arn:aws:cloudfront::{account}:origin-access-control/{id}",
            "etag": "E{upper12}",
        },
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": Type(
        id=_UUID,
        name=AutoName("name", 128),
        computed={
            "arn": "arn:aws:cloudfront::{account}:response-headers-policy/{id}",
            "etag": "E{upper12}",
        },
    ),
    "aws:cloudwatch/logDelivery:LogDelivery": Type(
        id="{alnum16}",
        computed={"arn": "arn:aws:logs:{region}:{account}:delivery:{id}"},
    ),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": Type(
        id="{name}",
        name=AutoName("name", 60),
        computed={
            "arn": "arn:aws:logs:{region}:{account}:delivery-destination:{name}",
            "deliveryDestinationType": "S3",
        },
    ),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": Type(
        id="{name}",
        name=AutoName("name", 60),
        computed={
            "arn": "arn:aws:logs:{region}:{account}:delivery-source:{name}",
            "service": _service,
        },
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Type(
        id="{policyName}",
        computed={"policyScope": "ACCOUNT", "revisionId": ""},
    ),
    "aws:wafv2/webAcl:WebAcl": Type(
        id=_UUID,
        name=AutoName("name", 128),
        computed={
            "arn": _firewall_arn,
            "applicationIntegrationUrl": "",
            "capacity": 977,
            "lockToken": _UUID,
        },
        imported="{id}/{name}/{scope}",
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Type(id="{resourceArn}"),
}
INVOKES: Final[Mapping[str, Mapping[str, Any]]] = {}
