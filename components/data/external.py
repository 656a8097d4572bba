"""A PostgreSQL that runs elsewhere, of which the platform knows a secret and nothing else."""

import re
from dataclasses import dataclass

from components.iam import Statement, sid_for

_SECRET = re.compile(
    r"arn:aws:secretsmanager:(?P<region>[a-z0-9-]+):[0-9]{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalDatabase:
    """A database that somebody else runs. It makes no resource: all there is, is the secret.

    Attributes:
        name: what the statements are called after.
        secret_arn: the whole ARN of the secret, its six random characters included: IAM compares
            all of it. The secret holds ``host``, ``port``, ``dbname``, ``username`` and
            ``password`` as JSON, the form in which Secrets Manager keeps those of RDS.
        key_arn: the customer key that encrypts the secret; AWS's own key needs no permission.
    """

    name: str
    secret_arn: str
    key_arn: str | None = None

    def __post_init__(self) -> None:
        if not _SECRET.fullmatch(self.secret_arn):
            raise ValueError(
                "secret_arn must be the whole ARN of a secret, with the six characters at its end; "
                f"got {self.secret_arn!r}"
            )

    def grant_read(self) -> tuple[Statement, ...]:
        """Allow reading the secret's current value: neither changing it nor listing others."""
        read = Statement(
            sid=sid_for(self.name, "read", "secret"),
            actions=("secretsmanager:GetSecretValue",),
            resources=(self.secret_arn,),
        )
        if self.key_arn is None:
            return (read,)
        decrypt = Statement(
            sid=sid_for(self.name, "decrypt", "secret"),
            actions=("kms:Decrypt",),
            resources=(self.key_arn,),
            conditions={
                "StringEquals": {
                    "kms:ViaService": f"secretsmanager.{self._region}.amazonaws.com",
                    # The key may encrypt other secrets, which are no business of the reader's.
                    "kms:EncryptionContext:SecretARN": self.secret_arn,
                }
            },
        )
        return (read, decrypt)

    @property
    def _region(self) -> str:
        return self.secret_arn.split(":")[3]
