"""Whether people talk more after something that the room's agent put out. Pure: the clock is the
caller's."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

WITHIN = timedelta(hours=2)
"""How long after an output messages are counted."""
DAYS_BEFORE = 28
"""With how many days before it the hours after an output are compared."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """Messages of people in the two hours after an output, and as many as are usual then."""

    after: int
    usual: float


def compare(
    at: datetime,
    *,
    talk: Sequence[datetime],
    outputs: Sequence[datetime],
    since: datetime,
    now: datetime,
) -> Compared | None:
    """Compare the two hours after an output with the same two hours, to the second and in steps of
    24 hours, of each of the 28 days before it in which the agent posted nothing in those hours.

    Args:
        at: when the output was posted.
        talk: when people wrote, sorted.
        outputs: when the agent posted, sorted.
        since: from when on the room was there; days before count nothing and are left out.

    Returns: None while the two hours are not over, or if there is no day to compare with.
    """
    if at + WITHIN > now:
        return None
    begins = [at - _DAY * n for n in range(1, DAYS_BEFORE + 1)]
    without = [each for each in begins if each >= since and not _count(outputs, each)]
    if not without:
        return None
    return Compared(_count(talk, at), fmean(_count(talk, each) for each in without))


def _count(moments: Sequence[datetime], begin: datetime) -> int:
    """How many of the moments lie within two hours after `begin`, which is not among them."""
    return bisect_right(moments, begin + WITHIN) - bisect_right(moments, begin)
