"""Real servers from wheels, for a machine that has only Python."""
