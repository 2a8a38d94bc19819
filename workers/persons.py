"""Tasks about what is people's own: handing it out, deleting it."""

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services.own_data import deleting, making_exports
from workers.app import app


@app.task(name=jobs.MAKE_EXPORT, queue=jobs.AI_QUEUE, soft_time_limit=600, time_limit=630)
def make_export(*, account_id: int, **_added_later: object) -> None:
    """Make the file with all that is kept of somebody. Safe to repeat, and at once."""
    making_exports.make_export(bootstrap.current(), account_id=account_id)


@app.task(name=jobs.DELETE_ACCOUNT, queue=jobs.AI_QUEUE, soft_time_limit=300, time_limit=330)
def delete_account(*, account_id: int, **_added_later: object) -> None:
    """Go on with the deletion of an account. Safe to repeat, and at once by several workers."""
    deleting.carry_out(bootstrap.current(), account_id=account_id)
