"""Runs a Pulumi program without an engine, a network or an account, and shows what it declares."""
