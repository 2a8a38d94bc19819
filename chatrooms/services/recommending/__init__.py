"""Which rooms are recommended to whom, and why."""
