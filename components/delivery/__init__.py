"""Who deploys the stack, and how far that reaches."""
