"""Starts, watches and stops the processes of one instance on one machine."""
