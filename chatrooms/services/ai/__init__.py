"""What the assistant knows and did: turns, retrieval, summaries."""
