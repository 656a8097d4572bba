"""The user that the API signs in as: by IAM where the server is RDS, and never by a password."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the user, unless another database of the server has it already."""
    op.execute(
        """
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN
                CREATE ROLE app LOGIN;
            END IF;
            -- Only RDS has this role: whoever is in it signs in with a token.
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
                GRANT rds_iam TO app;
            END IF;
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO app', current_database());
        END
        $$
        """
    )
    op.execute("GRANT USAGE ON SCHEMA public TO app")


def downgrade() -> None:
    """Remove the user. PostgreSQL refuses while it has rights elsewhere on the server."""
    op.execute("REVOKE USAGE ON SCHEMA public FROM app")
    op.execute(
        """
        DO $$
        BEGIN
            EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM app', current_database());
        END
        $$
        """
    )
    op.execute("DROP ROLE app")
