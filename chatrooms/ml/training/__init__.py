"""Training and measuring the moderation model. Nothing here runs while the server does."""
