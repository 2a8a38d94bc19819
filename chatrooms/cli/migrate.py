"""`migrate`: bring the tables of DATABASE_URL to this version."""

from chatrooms.cli.output import say
from chatrooms.db.migrations import migrate as apply
from chatrooms.domain.startup import CannotStart
from chatrooms.settings import get_settings


def migrate() -> None:
    """Apply the migrations that the database at DATABASE_URL lacks."""
    url = get_settings().database_url.get_secret_value()
    if not url:
        raise CannotStart("Set DATABASE_URL to the database to migrate.")
    applied = apply(url)
    say(f"Applied: {', '.join(applied)}" if applied else "Nothing to apply")
