"""`python -m chatrooms`: the command line."""

from chatrooms.cli.app import main

main()
