"""`recommend`: the rooms that suit people by the rooms they visit, as JSON."""

import json
import sys
from typing import Annotated, Literal, Self

import numpy as np
import typer
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError, model_validator
from scipy.sparse import csr_array

from chatrooms.bootstrap import make_embedder
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.errors import ModelUnusable
from chatrooms.ml.recommend.interest import interest, stayed
from chatrooms.ml.recommend.nearness import centre_of, centred, covisits
from chatrooms.ml.recommend.ranking import Space, best_rooms, strongest
from chatrooms.ml.recommend.room_text import room_text
from chatrooms.settings import get_settings

_BAD_INPUT = 2


class Room(BaseModel):
    """A room that may be recommended."""

    id: str = Field(min_length=1)
    name: str
    description: str = ""
    topic: str = ""
    tags: list[str] = []


class Visit(BaseModel):
    """What a person spent in a room, in all."""

    room: str
    seconds: float = Field(ge=0, allow_inf_nan=False)
    visits: int = Field(default=1, ge=0)


class Person(BaseModel):
    """A person and the rooms visited."""

    id: str = Field(min_length=1)
    visits: list[Visit] = []


class Asked(BaseModel):
    """What the command reads."""

    rooms: list[Room]
    people: list[Person]
    k: int = Field(default=4, ge=1)

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        rooms = {room.id for room in self.rooms}
        if len(rooms) < len(self.rooms):
            raise ValueError("two rooms have the same id")
        if len({person.id for person in self.people}) < len(self.people):
            raise ValueError("two people have the same id")
        for person in self.people:
            for visit in person.visits:
                if visit.room not in rooms:
                    raise ValueError(f"{person.id} visits {visit.room}, which is no room here")
        return self


def recommend(
    embeddings: Annotated[
        Literal["auto", "openai", "minilm", "lexical"] | None,
        typer.Option(help="Instead of the setting EMBEDDINGS."),
    ] = None,
) -> None:
    """Read one JSON object, {rooms: [{id, name, description, topic, tags}], people: [{id, visits:
    [{room, seconds, visits}]}], k}, and print {id, rooms: [best first]} for each person.

    A room that the person visited is never among them.
    """
    try:
        asked = Asked.model_validate_json(sys.stdin.buffer.read())
        settings = get_settings()
        if embeddings:
            settings = settings.model_copy(update={"embeddings": embeddings})
        for person, rooms in zip(
            asked.people, _recommended(asked, make_embedder(settings)), strict=True
        ):
            print(json.dumps({"id": person.id, "rooms": rooms}, ensure_ascii=False))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ", ".join(["The input", *(str(part) for part in first["loc"])])
        print(f"{where}: {first['msg']}", file=sys.stderr)
        raise typer.Exit(_BAD_INPUT) from error
    except (ModelUnusable, VectorsUnavailable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error


def _recommended(asked: Asked, embedder: Embedder) -> list[list[str]]:
    """For each person the rooms, best first."""
    if not asked.rooms:
        return [[] for _ in asked.people]
    embedded = embedder.embed(
        [room_text(room.name, room.description, room.topic, room.tags) for room in asked.rooms]
    )
    vectors = centred(embedded, centre_of(embedded))
    visited, seconds = _spent(asked)
    regulars = stayed(seconds).astype(float)
    space = Space(vectors, covisits(csr_array(regulars), len(regulars)))
    popular = regulars.sum(axis=0) / max(len(asked.people), 1)
    found: list[list[str]] = []
    for seen, weights in zip(visited, interest(seconds), strict=True):
        known, cared = strongest(np.flatnonzero(seen), weights[seen])
        others = np.flatnonzero(~seen)
        best = best_rooms(space, space.nearness(known), cared, others, asked.k, prior=popular)
        found.append([asked.rooms[choice.room].id for choice in best])
    return found


def _spent(asked: Asked) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which rooms each person has visited and for how many seconds: shape (people, rooms) both."""
    places = {room.id: place for place, room in enumerate(asked.rooms)}
    visited = np.zeros((len(asked.people), len(asked.rooms)), dtype=bool)
    seconds = np.zeros(visited.shape)
    for row, person in enumerate(asked.people):
        for visit in person.visits:
            visited[row, places[visit.room]] = True
            seconds[row, places[visit.room]] += visit.seconds
    return visited, seconds
