"""How much one account may upload."""

from datetime import timedelta

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import FileTooLarge, RateLimited
from chatrooms.services import limits

_MB = 1_000_000


def max_bytes(deps: Deps) -> int:
    """The size of the largest file that is taken."""
    return deps.settings.max_file_mb * _MB


def too_large(deps: Deps) -> FileTooLarge:
    """The refusal of a file beyond that size."""
    return FileTooLarge(f"A file can have at most {deps.settings.max_file_mb} MB.")


def count_upload(deps: Deps, *, account_id: int) -> None:
    """Count one upload of the account, before it begins.

    Raises: RateLimited, also if the day's total is reached; ServiceUnavailable.
    """
    whose = str(account_id)
    limit, per = deps.settings.uploads_per_hour, timedelta(hours=1)
    limits.count(deps, what="uploads", whose=whose, limit=limit, per=per)
    try:
        limits.check(deps, what="upload-bytes", whose=whose, limit=_daily_bytes(deps))
    except RateLimited as error:
        raise _day_is_full(deps) from error


def count_bytes(deps: Deps, *, account_id: int, size: int) -> None:
    """Count what an upload took. Raises: RateLimited beyond the day's total, ServiceUnavailable."""
    limit, per = _daily_bytes(deps), timedelta(days=1)
    try:
        limits.count(
            deps, what="upload-bytes", whose=str(account_id), limit=limit, per=per, step=size
        )
    except RateLimited as error:
        raise _day_is_full(deps) from error


def _daily_bytes(deps: Deps) -> int:
    return deps.settings.upload_mb_per_day * _MB


def _day_is_full(deps: Deps) -> RateLimited:
    return RateLimited(f"That is more than {deps.settings.upload_mb_per_day} MB in a day.")
