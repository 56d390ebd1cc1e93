"""What is to be done, what was decided, and what came of it."""
