"""Benchmarks: what an instance costs and how fast it is, beside what the machine can do at best."""
