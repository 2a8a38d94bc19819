"""The supervisor's configuration says what was meant, whatever the paths hold."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from supervisor.options import ServerOptions

from chatrooms.supervise import children
from chatrooms.supervise.configuration import render
from chatrooms.supervise.places import Places

ORDER = [
    "web",
    "beat",
    "worker",
    "moderation-worker",
    "assistant-worker",
    "chroma",
    "redis",
    "postgres",
]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    data = tmp_path / "100% of it"
    places = Places(data=data, run=data / "run")
    places.logs.mkdir(parents=True)
    places.run.mkdir()
    return places


def read(places: Places) -> dict[str, Any]:
    odd = ["/bin/a b", "it's", "%(here)s", '"quoted"']
    processes = [
        children.postgres(odd),
        children.redis(odd),
        children.chroma(odd),
        children.worker(),
        children.moderation_worker(),
        children.assistant_worker(),
        children.beat(places.run),
        children.web(host="127.0.0.1", port=1, processes=2),
    ]
    file = places.run / "conf"
    file.write_text(render(places, processes))
    options = ServerOptions()
    options.realize(["-c", str(file)])
    groups = sorted(options.process_group_configs, key=lambda group: group.priority)
    return {group.name: group.process_configs[0] for group in groups}


def test_servers_outlive_those_that_use_them(places: Places) -> None:
    # Stopping begins with the highest priority.
    assert list(reversed(read(places))) == ORDER


def test_command_lines_survive_the_file_format(places: Places) -> None:
    postgres = read(places)["postgres"]
    assert shlex.split(postgres.command) == ["/bin/a b", "it's", "%(here)s", '"quoted"']
    assert postgres.stdout_logfile == str(places.logs / "postgres.log")


def test_nothing_starts_by_itself_and_all_is_restarted(places: Places) -> None:
    for config in read(places).values():
        assert not config.autostart
        assert config.autorestart
        assert config.killasgroup
