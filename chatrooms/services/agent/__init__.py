"""What the room agent may see and do, and what moderators may have it do."""
