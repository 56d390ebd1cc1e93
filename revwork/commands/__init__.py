"""The commands of the command line, those of one thing in a module."""
