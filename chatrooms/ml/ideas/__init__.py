"""What a quiet room could be asked: a vote, an open question or a topic, out of its own words."""
