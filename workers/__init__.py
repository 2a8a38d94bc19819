"""The Celery side: the app, its schedule, and thin tasks that each call one service."""
