"""What one tab does: read input, call a service, set vars."""
