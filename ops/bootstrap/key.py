"""The customer key that encrypts the state, and the secrets in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ops.bootstrap.parts import (
    BootstrapError,
    Part,
    Tags,
    found,
    has_statements,
    with_statements,
)

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient
    from types_boto3_kms.type_defs import KeyMetadataTypeDef
    from types_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient

POLICY: Final = "default"


class StateKey:
    """A symmetric key under an alias, rotated by AWS once a year.

    Who may use it is said by IAM, as for the bucket: who reads the state decrypts it. It is never
    deleted from here, since all that it has encrypted would go with it.
    """

    kind = "key"

    def __init__(
        self,
        kms: "KMSClient",
        tagging: "ResourceGroupsTaggingAPIClient",
        *,
        alias: str,
        account_id: str,
        tags: Tags,
    ) -> None:
        """Name the key that must be there.

        Args:
            alias: with its prefix, as ``alias/plinth-state``.
        """
        self.name = alias
        self.arn: str | None = None
        self._kms = kms
        self._tagging = tagging
        self._tags = tags
        self._statements = [
            {
                # Without it IAM can't allow anything on the key, nor could anyone mend its policy.
                "Sid": "AccountAdministers",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ]

    def find(self) -> bool:
        """Whether the alias leads to a key that can be used."""
        answer = found(lambda: self._kms.describe_key(KeyId=self.name), "NotFoundException")
        if answer is None:
            return False
        self.arn = _usable(answer["KeyMetadata"], self.name)
        return True

    def create(self) -> None:
        """Make the key, or take the one that an interrupted run left without an alias."""
        self.arn = self._left_behind() or self._new()
        self._kms.create_alias(AliasName=self.name, TargetKeyId=self.arn)

    def parts(self) -> Sequence[Part]:
        """Rotation, policy and tags."""
        return (
            Part("rotation", self._rotates, self._rotate),
            Part("policy", self._has_policy, self._put_policy),
            Part("tags", self._has_tags, self._put_tags),
        )

    def _new(self) -> str:
        made = self._kms.create_key(
            Description="Pulumi's state in this account, and the secrets in it",
            Policy=with_statements(None, self._statements),
            Tags=_listed(self._tags.merged(self._mark)),
        )
        return made["KeyMetadata"]["Arn"]

    def _left_behind(self) -> str | None:
        wanted: list[Any] = [
            {"Key": key, "Values": [value]}
            for key, value in {**self._tags.fixed, **self._mark}.items()
        ]
        answer = self._tagging.get_resources(ResourceTypeFilters=["kms:key"], TagFilters=wanted)
        for item in answer["ResourceTagMappingList"]:
            key = self._kms.describe_key(KeyId=item["ResourceARN"])["KeyMetadata"]
            if key["KeyState"] == "Enabled":
                return key["Arn"]
        return None

    @property
    def _mark(self) -> dict[str, str]:
        """What a key is known by before it has an alias."""
        return {"purpose": self.name.removeprefix("alias/")}

    def _key(self) -> str:
        if self.arn is None:
            raise BootstrapError(f"there is no key behind {self.name}")
        return self.arn

    def _rotates(self) -> bool:
        return self._kms.get_key_rotation_status(KeyId=self._key())["KeyRotationEnabled"]

    def _rotate(self) -> None:
        self._kms.enable_key_rotation(KeyId=self._key())

    def _policy(self) -> str:
        return self._kms.get_key_policy(KeyId=self._key(), PolicyName=POLICY)["Policy"]

    def _has_policy(self) -> bool:
        return has_statements(self._policy(), self._statements)

    def _put_policy(self) -> None:
        merged = with_statements(self._policy(), self._statements)
        self._kms.put_key_policy(KeyId=self._key(), PolicyName=POLICY, Policy=merged)

    def _present_tags(self) -> dict[str, str]:
        answer = self._kms.list_resource_tags(KeyId=self._key())
        return {tag["TagKey"]: tag["TagValue"] for tag in answer["Tags"]}

    def _has_tags(self) -> bool:
        return self._tags.hold(self._present_tags())

    def _put_tags(self) -> None:
        merged = self._tags.merged(self._present_tags())
        self._kms.tag_resource(KeyId=self._key(), Tags=_listed(merged))


def _usable(key: "KeyMetadataTypeDef", alias: str) -> str:
    """The key's ARN, if the key can encrypt."""
    state = key["KeyState"]
    if state == "Enabled":
        return key["Arn"]
    identifier = key["KeyId"]
    if state == "PendingDeletion":
        deleted = f" on {key['DeletionDate']:%d %B %Y}" if "DeletionDate" in key else ""
        raise BootstrapError(
            f"the key behind {alias} will be deleted{deleted}, and all state with it: run"
            f" `aws kms cancel-key-deletion --key-id {identifier}`, then `aws kms enable-key"
            f" --key-id {identifier}`"
        )
    raise BootstrapError(
        f"the key behind {alias} is {state}: run `aws kms enable-key --key-id {identifier}`"
    )


def _listed(tags: dict[str, str]) -> list[Any]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
