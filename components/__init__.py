"""The platform's components. Each takes plain arguments and shows only what its callers need."""
