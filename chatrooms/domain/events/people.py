"""Who a room shows, and what changes about them."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from chatrooms.domain.events.part import Part


class Being(StrEnum):
    """Who stands behind an account. Stored by value."""

    PERSON = "person"
    ASSISTANT = "assistant"
    """The language model, answering people: nobody signs in to it."""
    AGENT = "agent"
    """The language model, speaking by itself: nobody signs in to it."""


class Person(Part):
    """The public face of an account: what every screen may show of it."""

    id: int
    username: str
    name: str
    hue: int = Field(ge=0, lt=360, description="Colour of the avatar, degrees on the colour wheel.")
    avatar: str = Field(default="", description="Token of the avatar's picture; empty: initials.")
    kind: Being = Field(default=Being.PERSON, description="Whether it is a person at all.")

    @property
    def is_ai(self) -> bool:
        """Whether a language model writes for it."""
        return self.kind is not Being.PERSON


class Named(Part):
    """Somebody by name, where a name is all that is shown."""

    id: int
    name: str


class PersonChanged(Part):
    """Somebody who wrote here changed name or avatar."""

    kind: Literal["person_changed"] = "person_changed"
    person: Person
