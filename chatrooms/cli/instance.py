"""Points a command at the instance that it is meant for."""

import os
from pathlib import Path

from chatrooms.domain.startup import CannotStart
from chatrooms.settings import Settings, get_settings
from chatrooms.supervise.instances import find_running, is_running
from chatrooms.supervise.places import default_data_dir, open_places
from chatrooms.supervise.servers import choose_servers


def use_instance(data: Path | None) -> None:
    """Have this process's settings name the servers of a running instance.

    It is the one of the folder `data`, else of DATA_DIR, else the one of DATABASE_URL and
    REDIS_URL, else that of the default folder, else the only one that this checkout runs.
    Raises CannotStart if there is no such instance.
    """
    settings = get_settings()
    if data is None and _names_servers(settings):
        return
    places = open_places(_folder(data, settings))
    os.environ.update(choose_servers(settings, places, is_running=True).urls)
    get_settings.cache_clear()


def _names_servers(settings: Settings) -> bool:
    return bool(settings.database_url.get_secret_value() and settings.redis_url.get_secret_value())


def _folder(data: Path | None, settings: Settings) -> Path:
    given = settings.data_dir if "data_dir" in settings.model_fields_set else None
    chosen = data or given
    wanted = chosen.absolute() if chosen else default_data_dir(os.environ)
    if is_running(wanted):
        return wanted
    running = find_running()
    if chosen is None and len(running) == 1:
        return running[0]
    raise CannotStart(
        f"No server is running on {wanted}. Start one with script/server, or name its data folder "
        "with --data."
    )
