"""What it takes to bring the tables of a stack's database up to date."""

from collections.abc import Sequence

from components.delivery.services import Scope
from components.iam import Statement

# RDS says so on each secret of an administrator that it keeps.
_OWNERS = {
    "Cluster": ("aws:rds:primaryDBClusterArn", "cluster"),
    "Instance": ("aws:rds:primaryDBInstanceArn", "db"),
}


def migrating_statements(services: Sequence[str], scope: Scope) -> tuple[Statement, ...]:
    """Allow invoking the function that migrates, and reading the secret that it wants for it.

    Whoever deploys may set the administrator's password anyway, since RDS has no smaller right to
    change a database.
    """
    if "rds" not in services:
        return ()
    secrets = tuple(
        Statement(
            sid=f"AdministratorOf{kind}",
            actions=("secretsmanager:GetSecretValue",),
            # RDS chooses the name.
            resources=scope.arns(("arn:aws:secretsmanager:{region}:{account}:secret:rds!*",)),
            conditions={
                "StringLike": {
                    f"aws:ResourceTag/{tag}": scope.arns(
                        (f"arn:aws:rds:{{region}}:{{account}}:{part}:{{prefix}}*",)
                    )
                }
            },
        )
        for kind, (tag, part) in _OWNERS.items()
    )
    function = "arn:aws:lambda:{region}:{account}:function:{prefix}migrations-function-*"
    migrate = Statement(
        sid="Migrate", actions=("lambda:InvokeFunction",), resources=scope.arns((function,))
    )
    return (*secrets, migrate)
