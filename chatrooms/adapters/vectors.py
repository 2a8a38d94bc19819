"""Vectors of texts in Chroma, over its HTTP interface (v2).

Only vectors and numbers go there, never a text: what a vector stands for is looked up, and checked,
in the database. Each room has a collection of its own, which is asked for a quarter of what it
costs to pick one room out of a collection of all. Chroma's own client is not used because it waits
without limit for a server that does not answer.
"""

import base64
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, FiniteFloat, TypeAdapter

from chatrooms.domain.errors import VectorsUnavailable

CONNECT_TIMEOUT_S = 1.0
ASK_TIMEOUT_S = 5.0
CHANGE_TIMEOUT_S = 30.0
"""Chroma writes to disk before it answers, and disks can be slow."""
_T = TypeVar("_T")
_DATABASES = "/api/v2/tenants/default_tenant/databases"
_PAGE = 500
# Chroma's answers about what does not exist, the middle one for a database. It calls the last a
# conflict: what is to be made is there.
_NOT_THERE = (404, 400, 409)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a collection keeps of one text."""

    id: str
    vector: NDArray[np.float32]
    version: int
    """Which text of that id it is."""


@dataclass(frozen=True, slots=True)
class Near:
    """An entry near a question."""

    id: str
    cosine: float


class _Made(BaseModel):
    """A database or collection, as Chroma tells of it."""

    id: str
    name: str


class _Version(BaseModel):
    """What is kept beside a vector."""

    version: int


class _Versions(BaseModel):
    """Entries that were asked for, with what is kept beside their vectors."""

    ids: list[str]
    metadatas: list[_Version]


class _Embeddings(BaseModel):
    """Entries that were asked for, with their vectors."""

    ids: list[str]
    embeddings: list[list[FiniteFloat]]


class _Nearest(BaseModel):
    """The answer to each question: entries and how far they are."""

    ids: tuple[list[str]]
    distances: tuple[list[FiniteFloat]]


_MADE, _LISTED, _DONE = TypeAdapter(_Made), TypeAdapter(list[_Made]), TypeAdapter(Any)
_VERSIONS, _EMBEDDINGS = TypeAdapter(_Versions), TypeAdapter(_Embeddings)
_NEAREST = TypeAdapter(_Nearest)


class Vectors:
    """The collections of this installation. Connects when something is first asked; for several
    threads at once.

    Every method raises VectorsUnavailable if Chroma is away, too slow, or answers nonsense.
    """

    def __init__(self, url: str, *, database: str) -> None:
        self._url = url
        self._database = database
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._ids: dict[str, str] = {}

    def close(self) -> None:
        """End the connections. The next question makes new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def identity(self) -> str:
        """Chroma's id of this installation's data: another one if the data was lost."""
        try:
            return self._call("GET", f"/{self._database}", None, _MADE).id
        except _NotThere:
            self._make_database()
            return self._call("GET", f"/{self._database}", None, _MADE).id

    def upsert(self, name: str, entries: Sequence[Entry]) -> None:
        """Keep these entries; those with the same id are replaced."""
        if not entries:
            return
        body = {
            "ids": [each.id for each in entries],
            "embeddings": [_packed(each.vector) for each in entries],
            "metadatas": [{"version": each.version} for each in entries],
        }
        self._ask(name, "upsert", body, _DONE, timeout_s=CHANGE_TIMEOUT_S)

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Forget these entries, as far as they are there."""
        if ids:
            self._ask(name, "delete", {"ids": list(ids)}, _DONE, timeout_s=CHANGE_TIMEOUT_S)

    def versions(self, name: str, ids: Sequence[str]) -> dict[str, int]:
        """The version of the text of each of these entries that is there."""
        if not ids:
            return {}
        found = self._ask(name, "get", {"ids": list(ids), "include": ["metadatas"]}, _VERSIONS)
        return {id_: each.version for id_, each in _pairs(found.ids, found.metadatas)}

    def nearest(
        self, name: str, vector: NDArray[np.float32], *, limit: int, timeout_s: float | None = None
    ) -> list[Near]:
        """The entries nearest to a vector, nearest first. `timeout_s`: how long to wait for each
        answer at most."""
        body = {
            "query_embeddings": [vector.tolist()],
            "n_results": limit,
            "include": ["distances"],
        }
        found = self._ask(name, "query", body, _NEAREST, at_most_s=timeout_s)
        pairs = _pairs(found.ids[0], found.distances[0])
        return [Near(id_, 1.0 - distance) for id_, distance in pairs]

    def vectors(
        self,
        name: str,
        ids: Sequence[str],
        *,
        length: int | None = None,
        timeout_s: float | None = None,
    ) -> dict[str, NDArray[np.float32]]:
        """The vectors, of `length` numbers or at least all of as many, of those of these entries
        that are there. `timeout_s`: how long to wait for each answer at most."""
        if not ids:
            return {}
        body = {"ids": list(ids), "include": ["embeddings"]}
        found = self._ask(name, "get", body, _EMBEDDINGS, at_most_s=timeout_s)
        lengths = {len(each) for each in found.embeddings}
        if len(lengths) > 1 or (length and lengths - {length}):
            raise VectorsUnavailable
        pairs = _pairs(found.ids, found.embeddings)
        return {id_: np.array(each, dtype=np.float32) for id_, each in pairs}

    def names(self) -> list[str]:
        """The names of all collections."""
        names: list[str] = []
        while True:
            path = f"/{self._database}/collections?limit={_PAGE}&offset={len(names)}"
            page = [each.name for each in self._call("GET", path, None, _LISTED)]
            if not set(names).isdisjoint(page):
                # It knows no pages, and would never come to an end.
                raise VectorsUnavailable
            names += page
            if len(page) < _PAGE:
                return names

    def drop(self, name: str) -> None:
        """Forget a collection with all that it has."""
        self._ids.pop(name, None)
        try:
            path = f"/{self._database}/collections/{name}"
            self._call("DELETE", path, None, _DONE, timeout_s=CHANGE_TIMEOUT_S)
        except _NotThere:
            return

    def _open(self, name: str, *, timeout_s: float = CHANGE_TIMEOUT_S) -> str:
        body = {
            "name": name,
            "get_or_create": True,
            "configuration": {"hnsw": {"space": "cosine"}},
        }
        path = f"/{self._database}/collections"
        try:
            made = self._call("POST", path, body, _MADE, timeout_s=timeout_s)
        except _NotThere:
            self._make_database(timeout_s=timeout_s)
            made = self._call("POST", path, body, _MADE, timeout_s=timeout_s)
        self._ids[name] = made.id
        return made.id

    def _make_database(self, *, timeout_s: float = CHANGE_TIMEOUT_S) -> None:
        try:
            self._call("POST", "", {"name": self._database}, _DONE, timeout_s=timeout_s)
        except _NotThere:
            return

    def _ask(
        self,
        name: str,
        what: str,
        body: Mapping[str, Any],
        answer: TypeAdapter[_T],
        *,
        timeout_s: float = ASK_TIMEOUT_S,
        at_most_s: float | None = None,
    ) -> _T:
        """Ask a collection. One that was made anew meanwhile has another id and is empty.
        `at_most_s`: how long somebody waits for each answer, also for that of opening it."""
        path = f"/{self._database}/collections/%s/{what}"
        timeout_s = at_most_s or timeout_s
        opening_s = at_most_s or CHANGE_TIMEOUT_S
        id_ = self._ids.get(name) or self._open(name, timeout_s=opening_s)
        try:
            return self._call("POST", path % id_, body, answer, timeout_s=timeout_s)
        except _NotThere:
            id_ = self._open(name, timeout_s=opening_s)
            return self._call("POST", path % id_, body, answer, timeout_s=timeout_s)

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        answer: TypeAdapter[_T],
        *,
        timeout_s: float = ASK_TIMEOUT_S,
    ) -> _T:
        limits = httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S)
        try:
            reply = self._http().request(method, _DATABASES + path, json=body, timeout=limits)
            if reply.status_code in _NOT_THERE:
                raise _NotThere
            reply.raise_for_status()
            return answer.validate_json(reply.content)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise VectorsUnavailable from error

    def _http(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(base_url=self._url, trust_env=False)
            return self._client


class _NotThere(VectorsUnavailable):
    """Chroma has no such collection or database, or takes the question for a wrong one."""


def _pairs(ids: Sequence[str], others: Sequence[_T]) -> Iterator[tuple[str, _T]]:
    if len(ids) != len(others):
        raise VectorsUnavailable
    return zip(ids, others, strict=True)


def _packed(vector: NDArray[np.float32]) -> str:
    """The vector as Chroma takes it in little space."""
    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")
