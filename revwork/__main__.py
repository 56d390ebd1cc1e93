"""`python -m revwork` is the `revwork` command."""

from revwork.cli import main

main()
