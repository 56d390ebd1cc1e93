"""What was earned, what moved it, and what is left of it."""
