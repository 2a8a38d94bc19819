"""The page of a person, and the form in which one says who one is."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import AccountUnavailable, ChatError
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso, person_row
from chatrooms.services import profiles
from chatrooms.state import caller
from chatrooms.state.rows import ProfileRow, RoomLink


class ProfileState(rx.State):
    """The person whose page is open."""

    profile: ProfileRow = ProfileRow()
    is_missing: bool = False

    @rx.event
    async def load(self):
        """Read the profile of this address."""
        actor_id, username = await caller.actor_id(self), _username(self)
        if self.profile.person.username.lower() != username.lower():
            self.profile = ProfileRow()
        try:
            found = await off_loop(
                profiles.get_profile, caller.deps(), actor_id=actor_id, username=username
            )
        except AccountUnavailable:
            self.profile, self.is_missing = ProfileRow(), True
            _follow(self, None)
            return
        _follow(self, found.person.id)
        self.is_missing = False
        self.profile = ProfileRow(
            person=person_row(found.person),
            bio=found.bio,
            created_at=iso(found.created_at),
            last_seen_at=iso(found.last_seen_at) if found.last_seen_at else "",
            is_online=found.is_online,
            is_me=found.person.id == actor_id,
            rooms=[
                RoomLink(
                    id=r.id,
                    slug=r.slug,
                    name=r.name,
                    is_private=r.is_private,
                    is_archived=r.is_archived,
                )
                for r in found.rooms
            ],
        )

    @rx.event
    async def refresh(self):
        """Read the profile anew while its page is open: the person came online or went."""
        if _username(self):
            await ProfileState.load.fn(self)
        else:
            _follow(self, None)


def _username(state: rx.State) -> str:
    parts = state.router.url.path.strip("/").split("/")
    return parts[1] if len(parts) == 2 and parts[0] == "people" else ""


def _follow(state: rx.State, account_id: int | None) -> None:
    """Have the caller's tab hear when that person comes online or goes."""
    tab = caller.hub().find_tab(caller.socket_id(state))
    if tab is not None:
        tab.profile_id = account_id


class ProfileFormState(rx.State):
    """One's own profile while it is changed."""

    name: str = ""
    bio: str = ""
    hue: int = 0
    """The colour as it is stored; `shown_hue` follows the slider."""
    shown_hue: int = 0
    error: str = ""
    message: str = ""
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Fill the form."""
        self.error = self.message = ""
        await _fill(self)
        self.is_loaded = True

    @rx.event
    def preview_hue(self, hue: str):
        """Show the colour that the slider stands at."""
        self.shown_hue = caller.number(hue) % 360

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Store the profile, or say in the form why not."""
        self.error = self.message = ""
        try:
            await off_loop(
                profiles.change_profile,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                name=caller.text(form, "name"),
                bio=caller.text(form, "bio"),
                hue=caller.number_in(form, "hue"),
            )
        except ChatError as error:
            self.error = str(error)
            return
        await _fill(self)
        self.message = "Saved. Everybody sees it in a moment."

    @rx.event
    async def remove_picture(self):
        """Go back to initials."""
        await off_loop(profiles.remove_avatar, caller.deps(), actor_id=await caller.actor_id(self))


async def _fill(state: ProfileFormState) -> None:
    own = await off_loop(
        profiles.get_own_profile, caller.deps(), actor_id=await caller.actor_id(state)
    )
    state.name, state.bio = own.person.name, own.bio
    state.hue = state.shown_hue = own.person.hue
