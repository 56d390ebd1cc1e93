"""What the command line offers, a module for what belongs together."""
