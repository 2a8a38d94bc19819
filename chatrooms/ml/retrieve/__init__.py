"""Finding the messages of a room that answer a question."""
