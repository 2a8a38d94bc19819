"""The hub: views of live rooms, fan-out, grants and presence of one web process."""
