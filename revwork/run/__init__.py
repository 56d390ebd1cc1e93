"""Notebooks without a person: plan, execute, publish."""
