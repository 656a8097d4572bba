"""Writes the tables that the pack reads. They are no part of it."""
