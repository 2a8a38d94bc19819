"""Deaths of child processes are told, and one that keeps dying is given up."""

from pathlib import Path

import pytest

from chatrooms.domain.startup import CannotStart
from chatrooms.supervise.supervisord import ChildStatus
from chatrooms.supervise.watch import DEATHS_WINDOW_S, MAX_DEATHS, Watch, tail

# Above what any kernel gives out, so that no process is hit.
FIRST_PID = 2**30


class Scene:
    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.now = 0.0
        self.folder = folder
        self.pid = FIRST_PID
        self.watch = Watch(self.said.append, lambda name: folder / name, clock=lambda: self.now)

    def look(self, state: str = "RUNNING", pid: int | None = None) -> None:
        pid = self.pid if pid is None else pid
        self.watch.look([ChildStatus("worker", state, pid, 3)])

    def die(self, after_s: float) -> None:
        self.now += after_s
        self.pid += 1
        self.look()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_start_is_no_death(scene: Scene) -> None:
    scene.look("STOPPED", pid=0)
    scene.look("STARTING")
    scene.look("RUNNING")
    assert scene.said == []


def test_a_death_is_told_once(scene: Scene) -> None:
    scene.look()
    scene.look("BACKOFF", pid=0)
    scene.pid += 1
    scene.look()
    scene.look()
    assert scene.said == [
        f"worker stopped unexpectedly (process {FIRST_PID}); restarting it",
    ]


def test_a_child_that_cannot_start_is_given_up_with_the_end_of_its_log(scene: Scene) -> None:
    (scene.folder / "worker").write_text("first\n\nlast words\n")
    with pytest.raises(CannotStart) as raised:
        scene.look("FATAL", pid=0)
    text = str(raised.value)
    assert "worker keeps dying" in text
    assert "exit status 3" in text
    assert text.endswith("| first\n  | last words")


def test_frequent_deaths_end_it_although_each_start_worked(scene: Scene) -> None:
    scene.look()
    for _ in range(MAX_DEATHS - 1):
        scene.die(after_s=1)
    with pytest.raises(CannotStart, match="died 5 times"):
        scene.die(after_s=1)


def test_rare_deaths_are_survived_for_ever(scene: Scene) -> None:
    scene.look()
    for _ in range(3 * MAX_DEATHS):
        scene.die(after_s=DEATHS_WINDOW_S)
    assert len(scene.said) == 3 * MAX_DEATHS


def test_the_tail_of_a_log_skips_blank_lines_and_bad_bytes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x\n" * 9000 + b"\n\xff bad\n\nend\n")
    assert tail(log, lines=2) == ["\ufffd bad", "end"]
    assert tail(tmp_path / "absent") == []
