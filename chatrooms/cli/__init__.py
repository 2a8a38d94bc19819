"""The command line: `python -m chatrooms COMMAND`. One module per command."""
