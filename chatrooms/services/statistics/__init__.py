"""How much is said in a room, when, by whom, and what became of it: for the room's members."""
