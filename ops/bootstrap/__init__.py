"""What must be in an account before Pulumi can work there: state, key, identity provider."""
