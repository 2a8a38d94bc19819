"""The directory of public rooms. What is looked for is in the address, so that a link to it works
and going back shows it again."""

import json
from dataclasses import replace

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services import directory, members, rooms, topic_tree
from chatrooms.services.directory import DirectoryPage, FoundRoom, Wanted, sort_of
from chatrooms.services.topic_tree import TopicInfo
from chatrooms.state import caller
from chatrooms.state.discover_address import path_of, wanted_in
from chatrooms.state.rows import PublicRoomRow, SegmentRow, TagRow, TopicRow
from chatrooms.state.topics import topic_row

_PAGE = 30
_MAX_SHOWN = 300
"""As many rooms as a reconnect shows again."""


class DiscoverState(rx.State):
    """Public rooms, searched, filtered and sorted."""

    query: str = ""
    topic: str = ""
    tag: str = ""
    sort: str = "activity"
    rooms: list[PublicRoomRow] = []
    topics: list[TopicRow] = []
    """Those of the upper level, and those under the chosen one."""
    topic_label: str = ""
    tags: list[TagRow] = []
    has_more: bool = False
    is_loaded: bool = False
    is_by_words_only: bool = False
    loads: int = 0
    """Counts addresses that brought another question, so that the field shows it."""
    _last: FoundRoom | None = None

    @rx.event
    async def load(self):
        """Look for what the address asks. A reconnect shows as many rooms as were there."""
        wanted = wanted_in(self.router.url.query_parameters)
        is_same = wanted == _wanted(self)
        if wanted.query != self.query:
            self.loads += 1
        caller.put(self, query=wanted.query, topic=wanted.topic, tag=wanted.tag, sort=wanted.sort)
        shown = len(self.rooms) if is_same else 0
        await _read(self, limit=max(_PAGE, min(shown, _MAX_SHOWN)))
        await _read_filters(self)
        self.is_loaded = True
        return DiscoverState.prepare

    @rx.event(background=True)
    async def prepare(self):
        """Have what compares meanings loaded. If somebody typed meanwhile, look once more."""
        async with self:
            await caller.actor_id(self)
        is_ready = await off_loop(directory.prepare, caller.deps())
        async with self:
            is_late = is_ready and self.is_by_words_only
        if is_late:
            yield DiscoverState.look_again

    @rx.event
    async def look_again(self):
        """Look for the same words, with meanings compared now."""
        if self.query:
            await _read(self)

    @rx.event
    async def search(self, query: str):
        """Look for these words; the address follows."""
        asked = {"q": query} if isinstance(query, str) else {}
        explicit = {"sort": self.sort} if self.sort != "best" else {}
        was_default = self.sort == "activity" and not self.query
        now = wanted_in(asked if was_default else asked | explicit)
        caller.put(self, query=now.query, sort=now.sort)
        await _read(self)
        path = json.dumps(path_of(_wanted(self)))
        return rx.call_script(f"history.replaceState(history.state, '', {path})")

    @rx.event
    def choose_topic(self, slug: str):
        """Show the rooms under a topic alone, or all if they are shown already."""
        slug = slug if isinstance(slug, str) and slug != self.topic else ""
        return rx.redirect(path_of(replace(_wanted(self), topic=slug)))

    @rx.event
    def choose_tag(self, name: str):
        """Show the rooms with a tag alone, or all if they are shown already."""
        name = name if isinstance(name, str) and name != self.tag else ""
        return rx.redirect(path_of(replace(_wanted(self), tag=name)))

    @rx.event
    def show_topic(self, slug: str):
        """Show all rooms under a topic."""
        return rx.redirect(path_of(Wanted(topic=slug if isinstance(slug, str) else "")))

    @rx.event
    def show_tag(self, name: str):
        """Show all rooms with a tag."""
        return rx.redirect(path_of(Wanted(tag=name if isinstance(name, str) else "")))

    @rx.event
    def choose_sort(self, name: str):
        """Show the same rooms in another order."""
        sort = sort_of(name) or "activity"
        return rx.redirect(path_of(replace(_wanted(self), sort=sort)))

    @rx.event
    def clear(self):
        """Show all rooms."""
        return rx.redirect(path_of(Wanted()))

    @rx.event
    async def load_more(self):
        """Add the next page."""
        page = await _find(self, after=self._last, offset=len(self.rooms))
        known = {row.slug for row in self.rooms}
        self.rooms = self.rooms + [_row(r) for r in page.rooms if r.facts.slug not in known]
        _note(self, page)

    @rx.event
    async def join(self, slug: str):
        """Join a room and go there."""
        actor_id = await caller.actor_id(self)
        access = await off_loop(rooms.open_room, caller.deps(), actor_id=actor_id, slug=slug)
        await off_loop(members.join_room, caller.deps(), actor_id=actor_id, room_id=access.room_id)
        return rx.redirect(f"/rooms/{access.facts.slug}")


def _wanted(state: DiscoverState) -> Wanted:
    sort = sort_of(state.sort) or "activity"
    return Wanted(query=state.query, topic=state.topic, tag=state.tag, sort=sort)


async def _find(
    state: DiscoverState, *, after: FoundRoom | None = None, offset: int = 0, limit: int = _PAGE
) -> DirectoryPage:
    return await off_loop(
        directory.list_rooms,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        wanted=_wanted(state),
        after=after,
        offset=offset,
        limit=limit,
    )


async def _read(state: DiscoverState, *, limit: int = _PAGE) -> None:
    page = await _find(state, limit=limit)
    state.rooms = [_row(room) for room in page.rooms]
    state._last = None
    _note(state, page)


async def _read_filters(state: DiscoverState) -> None:
    who = await caller.actor_id(state)
    found = await off_loop(topic_tree.list_topics, caller.deps(), actor_id=who)
    chosen = next((each for each in found if each.slug == state.topic), None)
    opened = (chosen.parent_id or chosen.id) if chosen else 0
    tags = await off_loop(directory.list_tags, caller.deps(), actor_id=who, topic=state.topic)
    caller.put(
        state,
        topics=[
            topic_row(each)
            for each in found
            if each.parent_id in (None, opened)
            # What would find nothing is no filter, unless it is the one that is chosen.
            and (each.room_count or each.id == opened or each.slug == state.topic)
        ],
        topic_label=_label(chosen) if chosen else state.topic,
        tags=[TagRow(each.name, each.count) for each in tags],
    )


def _label(topic: TopicInfo) -> str:
    return topic_row(topic).label


def _note(state: DiscoverState, page: DirectoryPage) -> None:
    caller.put(state, has_more=page.has_more, is_by_words_only=page.is_by_words_only)
    if page.rooms:
        state._last = page.rooms[-1]


def _row(room: FoundRoom) -> PublicRoomRow:
    name, topic, description, tags = (
        [SegmentRow(each.text, each.is_marked) for each in parts]
        for parts in (room.name, room.topic, room.description, room.tags)
    )
    return PublicRoomRow(
        slug=room.facts.slug,
        name=room.facts.name,
        member_count=room.member_count,
        is_member=room.is_member,
        active_at=iso(room.active_at),
        topic_slug=room.topic_slug,
        topic_name=room.topic_name,
        is_near=room.is_near,
        name_parts=name,
        topic_parts=topic,
        description_parts=description,
        tag_parts=tags,
    )
