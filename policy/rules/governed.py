"""The properties that rules of security govern: what a program must not ignore changes of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_EXPOSURE: Final = """
    accessControlPolicy acl allowUnauthenticatedIdentities authorizationType authorizationScopes
    blockPublicAcls blockPublicPolicy cidrIpv4 cidrIpv6 cors corsConfiguration
    disableExecuteApiEndpoint egress endpointPublicAccess grants ignorePublicAcls ingress
    mapPublicIpOnLaunch metadataOptions networkConfiguration publicAccessBlockConfiguration
    publiclyAccessible restrictPublicBuckets securityGroups securityGroupIds vpcConfig
    vpcSecurityGroupIds webAclId
"""
_IDENTITY: Final = """
    assumeRolePolicy clientIdLists iamDatabaseAuthenticationEnabled inlinePolicies jwtConfiguration
    managedPolicyArns permissionsBoundary policy policyArn policyDocument policyText principal
    resourcePolicy sourceAccount sourceArn
"""
_ENCRYPTION: Final = """
    certificateArn customerMasterKeySpec domainNameConfiguration dropInvalidHeaderFields
    enableKeyRotation encrypted encryptionAtRestOptions encryptionConfiguration
    encryptionConfigurations kmsKeyArn kmsKeyId kmsKeyIdentifier kmsMasterKeyId requireTls
    securityPolicy serverSideEncryption serverSideEncryptionConfiguration sqsManagedSseEnabled
    sslPolicy storageEncrypted tlsConfig transitEncryptionEnabled viewerCertificate
    performanceInsightsKmsKeyId masterUserSecretKmsKeyId
"""
_SECRETS: Final = """
    manageMasterUserPassword masterPassword masterPasswordWo password passwordWo passwordPolicy
    environment
"""
_LOGGING: Final = """
    accessLogSettings accessLogs cloudWatchLogsGroupArn enableLogFileValidation enableLogging
    enabledCloudwatchLogsExports includeGlobalServiceEvents isMultiRegionTrail logging
    loggingConfig loggingConfiguration retentionInDays tracingConfig trafficType
    xrayTracingEnabled
"""
_RESILIENCE: Final = """
    autoMinorVersionUpgrade backupRetentionPeriod bypassPolicyLockoutSafetyCheck
    deletionProtection deletionProtectionEnabled deletionWindowInDays enableDeletionProtection
    forceDestroy multiAz objectLockConfiguration pointInTimeRecovery recoveryWindowInDays
    skipFinalSnapshot versioning versioningConfiguration
"""

# Of these names, none stands for anything else in a type of AWS.
EVERYWHERE: Final = frozenset(
    " ".join((_EXPOSURE, _IDENTITY, _ENCRYPTION, _SECRETS, _LOGGING, _RESILIENCE)).split()
)

_NAMES: Final = {
    "aws:backup/plan:Plan": "rules",
    "aws:backup/selection:Selection": "resources selectionTags iamRoleArn",
    "aws:cloudfront/distribution:Distribution": (
        "defaultCacheBehavior orderedCacheBehaviors origins defaultRootObject restrictions"
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": "securityHeadersConfig",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "actionsEnabled alarmActions",
    "aws:cognito/userPool:UserPool": "mfaConfiguration userPoolAddOns adminCreateUserConfig",
    "aws:cognito/userPoolClient:UserPoolClient": (
        "accessTokenValidity allowedOauthFlows callbackUrls enableTokenRevocation "
        "explicitAuthFlows preventUserExistenceErrors refreshTokenValidity"
    ),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": "ingress egress",
    "aws:ec2/flowLog:FlowLog": "vpcId logDestination",
    "aws:ec2/networkAclRule:NetworkAclRule": (
        "cidrBlock egress fromPort ipv6CidrBlock protocol ruleAction toPort"
    ),
    "aws:ec2/route:Route": "gatewayId routeTableId",
    "aws:ec2/routeTable:RouteTable": "routes",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "routeTableId subnetId",
    "aws:ec2/securityGroupRule:SecurityGroupRule": (
        "cidrBlocks fromPort ipv6CidrBlocks prefixListIds protocol sourceSecurityGroupId toPort "
        "type"
    ),
    "aws:ecr/repository:Repository": "imageScanningConfiguration imageTagMutability",
    "aws:ecs/cluster:Cluster": "configuration settings",
    "aws:ecs/taskDefinition:TaskDefinition": (
        "containerDefinitions executionRoleArn networkMode pidMode taskRoleArn"
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "url",
    "aws:iam/role:Role": "maxSessionDuration",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "destinationConfig",
    "aws:lambda/function:Function": "codeSigningConfigArn deadLetterConfig role runtime",
    "aws:lb/listener:Listener": "defaultActions protocol",
    "aws:lb/loadBalancer:LoadBalancer": "desyncMitigationMode internal",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "parameters",
    "aws:rds/parameterGroup:ParameterGroup": "parameters",
    "aws:rds/subnetGroup:SubnetGroup": "subnetIds",
    "aws:s3/bucket:Bucket": "lifecycleRules objectLockEnabled website",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "rules",
    "aws:s3/bucketLogging:BucketLogging": "targetBucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "rule",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "rules"
    ),
    "aws:scheduler/schedule:Schedule": "target",
    "aws:secretsmanager/secretRotation:SecretRotation": "rotationRules rotationLambdaArn",
    "aws:sns/topicSubscription:TopicSubscription": "protocol redrivePolicy",
    "aws:sqs/queue:Queue": "redrivePolicy",
    "aws:ssm/parameter:Parameter": "keyId type",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        "fromPort ipProtocol prefixListId referencedSecurityGroupId toPort"
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "fromPort ipProtocol prefixListId referencedSecurityGroupId toPort"
    ),
    "aws:wafv2/webAcl:WebAcl": "defaultAction rules visibilityConfig",
}
BY_TYPE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {kind: frozenset(names.split()) for kind, names in _NAMES.items()}
)
