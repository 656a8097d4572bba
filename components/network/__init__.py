"""The private network: its tiers, its endpoints, its flow logs, and who may reach whom in it."""
