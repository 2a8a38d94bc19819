"""`serve`: run an instance on this machine."""

import os
from pathlib import Path
from typing import Annotated

import typer

from chatrooms.cli.output import say
from chatrooms.settings import get_settings
from chatrooms.supervise.places import default_data_dir
from chatrooms.supervise.serve import Options
from chatrooms.supervise.serve import serve as run

MOST_WEB_PROCESSES = 4


def serve(
    *,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port of the pages, API and WebSocket.")
    ] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 opens it to the network.")
    ] = "127.0.0.1",
    data: Annotated[
        Path | None, typer.Option(help="Folder of data and logs. Default: see the README.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Number of web processes. Default: one per core, at most 4."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Make rooms to look at.")] = False,
) -> None:
    """Start everything an instance needs, print its address, stay until Ctrl-C.

    DATABASE_URL, REDIS_URL and CHROMA_URL replace the embedded servers one by one.
    """
    settings = get_settings()
    given = settings.data_dir if "data_dir" in settings.model_fields_set else None
    folder = data or given or default_data_dir(os.environ)
    options = Options(
        data=folder.absolute(),
        host=host,
        port=port,
        web_processes=workers or min(os.cpu_count() or 1, MOST_WEB_PROCESSES),
        demo=demo,
    )
    run(options, settings=settings, environ=os.environ, say=say)
