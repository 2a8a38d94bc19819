"""Where an instance keeps things."""

import os
from pathlib import Path

import pytest

from chatrooms.domain.startup import CannotStart
from chatrooms.supervise import places
from chatrooms.supervise.places import default_data_dir, only_instance, open_places, run_dir


def test_data_lives_outside_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_dir({}) == Path("/var/lib/chatrooms")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_data_dir({"XDG_DATA_HOME": "/x"}) == Path("/x/chatrooms")
    assert default_data_dir({}) == Path.home() / ".local" / "share" / "chatrooms"


def test_every_socket_path_fits_into_what_the_kernel_allows() -> None:
    for length in range(1, 200):
        run = run_dir(Path("/" + "d" * length))
        assert len(os.fsencode(run / "supervisord.sock.4194304")) <= 107
        assert len(os.fsencode(run / "postgres" / ".s.PGSQL.5432")) <= 107


def test_each_data_folder_has_its_own_run_folder() -> None:
    one, other = Path("/" + "d" * 150 + "1"), Path("/" + "d" * 150 + "2")
    assert run_dir(one) != run_dir(other)
    assert run_dir(one) == run_dir(one)


def test_a_run_folder_that_others_prepared_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    data = tmp_path / ("d" * 120)
    run_dir(data).mkdir(mode=0o755)
    with pytest.raises(CannotStart, match="open to others"):
        open_places(data)
    run_dir(data).chmod(0o700)
    assert open_places(data).run == run_dir(data)


def test_a_link_in_place_of_the_run_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    data, elsewhere = tmp_path / ("d" * 120), tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    run_dir(data).symlink_to(elsewhere)
    with pytest.raises(CannotStart):
        open_places(data)


def test_only_one_instance_holds_a_data_folder(tmp_path: Path) -> None:
    with (
        only_instance(tmp_path),
        pytest.raises(CannotStart, match="already running"),
        only_instance(tmp_path),
    ):
        pass
    with only_instance(tmp_path):
        pass
