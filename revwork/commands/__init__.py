"""What the command line can do: a module for commands that belong together."""
