"""A stack in its own account: the engine with credentials, as people and pipelines run it."""
