"""A chat log replayed for all to watch."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import rooms
from chatrooms.services.rooms import RoomDraft
from tests.browser.screen import Desk, Screen
from tests.support.instances import PROJECT, Instance
from tests.support.people import Place, Someone, sign_up, unique
from tests.support.waiting import wait_until

LINES = 90
VIEWERS = 4
RATE = 20
CAUGHT_UP_MS = 90_000
"""Several browsers on one small machine draw more slowly than the server delivers."""


def make_log(path: Path, room: str) -> list[str]:
    """A log of a conversation with replies; gives the texts in order."""
    start = datetime.now(UTC) - timedelta(hours=2)
    texts = [f"said {number:03}" for number in range(LINES)]
    with path.open("w") as file:
        for number, text in enumerate(texts):
            line = {
                "id": f"{room}:{number}",
                "room": room,
                "author": f"talker {number % 7}",
                "sent_at": (start + timedelta(seconds=20 * number)).isoformat(),
                "text": text,
                "reply_to": f"{room}:{number - 3}" if number % 10 == 9 else None,
            }
            file.write(json.dumps(line) + "\n")
    return texts


def test_viewers_of_a_replay_end_with_identical_complete_timelines(
    desk: Desk, deps: Deps, instance: Instance, admin: Someone, tmp_path: Path
) -> None:
    name = unique("replay")
    facts = rooms.create_room(deps, actor_id=admin.id, draft=RoomDraft(name=name))
    room = Place(facts.id, facts.slug)
    texts = make_log(tmp_path / "log.jsonl", name)
    small = {"viewport": {"width": 800, "height": 400}}
    people = [sign_up(deps, "viewer") for _ in range(VIEWERS)]
    viewers = [desk.sit_down(each, **small).enter(room) for each in people]
    line = [sys.executable, "-m", "chatrooms", "import-log", str(tmp_path / "log.jsonl")]
    options = ["--live", str(RATE), "--data", str(instance.data)]
    with subprocess.Popen(
        [*line, *options], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as replay:
        output, _ = replay.communicate(timeout=120)
    assert replay.returncode == 0, output
    assert f"{LINES} posted" in output
    for viewer in viewers:
        expect(viewer.message(texts[-1])).to_be_visible(timeout=CAUGHT_UP_MS)
        scroll_to_the_beginning(viewer)
    everything = [viewer.shown() for viewer in viewers]
    assert [each["text"].strip() for each in everything[0]] == texts
    assert all(each == everything[0] for each in everything)


def scroll_to_the_beginning(screen: Screen) -> None:
    """Ask for earlier messages until there is nothing before. Loading by the wheel alone has tests
    of its own; with ten browsers drawing at once a wheel turn may take effect long after."""
    older = screen.page.get_by_role("button", name="Load earlier messages")
    screen.log.hover()
    while older.count():
        first = screen.ids()[0]
        screen.page.mouse.wheel(0, -20_000)
        if not comes_true(lambda first=first: screen.ids()[0] != first, within_s=8):
            older.dispatch_event("click")
            wait_until(lambda first=first: screen.ids()[0] != first, what="a page is loaded")


def comes_true(condition: Callable[[], bool], *, within_s: float) -> bool:
    """Whether the condition holds at some moment of that time."""
    try:
        return wait_until(condition, what="it does", deadline_s=within_s)
    except AssertionError:
        return False
