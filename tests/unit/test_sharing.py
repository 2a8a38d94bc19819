"""What is asked for again and again runs at once, and once more for all that follows."""

from chatrooms.live.sharing import Sharing
from tests.support.eventually import eventually


async def test_the_first_runs_at_once_and_those_within_the_time_after_it_run_as_one() -> None:
    sharing, ran = Sharing(), list[str]()
    for key in ("mine", "mine", "theirs", "mine"):
        sharing.run(key, lambda key=key: ran.append(key), within_s=0.02)
    assert ran == ["mine", "theirs"]
    await eventually(lambda: len(ran) > 2, what="the rest runs")
    assert ran == ["mine", "theirs", "mine"]


async def test_after_the_time_it_runs_at_once_again() -> None:
    sharing, ran = Sharing(), list[int]()
    sharing.run("mine", lambda: ran.append(1), within_s=0.0)
    await eventually(lambda: not sharing.is_busy, what="the time is over")
    assert ran == [1]
    sharing.run("mine", lambda: ran.append(2), within_s=0.0)
    assert ran == [1, 2]
