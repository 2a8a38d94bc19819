"""The room's info pane: members, join requests, invitations, the room's own settings."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, RoomUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso, person_row
from chatrooms.services import invitations, join_requests, members, presence, rooms, topic_tree
from chatrooms.services.access import RoomAccess
from chatrooms.state import caller, pane, room_summary, screens
from chatrooms.state.new_room import draft
from chatrooms.state.retention import RetentionState
from chatrooms.state.room_summary import RoomSummaryState
from chatrooms.state.rows import InvitationRow, JoinRequestRow, MemberRow
from chatrooms.state.sanctions import SanctionsState
from chatrooms.state.top import TopState
from chatrooms.state.topics import TopicsState

_PAGE = 50


class RoomInfoState(rx.State):
    """The open room's members and settings."""

    members: list[MemberRow] = []
    has_more_members: bool = False
    requests: list[JoinRequestRow] = []
    invitations: list[InvitationRow] = []
    invitation_url: str = ""
    error: str = ""
    is_editing: bool = False
    parent: str = ""
    """While it is edited: the id of the room's place in the tree of topics; empty for none."""

    @rx.event
    async def show(self):
        """Open the pane. An invitation link shown before is not shown again."""
        self.is_editing = False
        self.error = self.invitation_url = ""
        room_summary.forget(await self.get_state(RoomSummaryState))
        await pane.switch(self, "info")
        await _read(self)
        return [SanctionsState.load, RoomSummaryState.load]

    @rx.event
    async def refresh(self):
        """Read anew what is shown: somebody came, left, asks to be let in, or has a new role."""
        shown = await pane.shown(self)
        is_open = shown == "info"
        screens.note_info(self, is_open=is_open)
        try:
            if is_open:
                await _read(self)
            else:
                self.requests = await _requests(await _access(self))
        except RoomUnavailable:
            # The room's own page says so.
            self.requests, self.members, self.invitations = [], [], []
        return TopState.load if shown == "top" else None

    @rx.event
    async def load_more_members(self):
        """Add the next page of members."""
        access = await _access(self)
        more, self.has_more_members = await _members(access, offset=len(self.members))
        self.members = self.members + more

    @rx.event
    async def start_editing(self):
        """Show the form for the room's own settings."""
        access = await _access(self)
        topic_id = await off_loop(
            topic_tree.get_room_topic,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
        )
        self.parent = str(topic_id or "")
        self.is_editing, self.error = True, ""
        return [TopicsState.load, RetentionState.begin]

    @rx.event
    def choose_parent(self, topic_id: str):
        """Put the room under this topic, or under none, once it is saved."""
        self.parent = str(caller.number(topic_id) or "")

    @rx.event
    def stop_editing(self):
        """Close the form."""
        self.is_editing, self.error = False, ""

    @rx.event
    async def save_room(self, form: dict[str, Any]):
        """Store the room's settings, or say in the form why not."""
        access = await _access(self)
        try:
            await off_loop(
                rooms.edit_room,
                caller.deps(),
                actor_id=access.actor.id,
                room_id=access.room_id,
                draft=draft(form),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.is_editing, self.error = False, ""

    @rx.event
    async def set_archived(self, is_archived: bool):
        """Archive the room or bring it back."""
        access = await _access(self)
        await off_loop(
            rooms.set_archived,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
            is_archived=bool(is_archived),
        )

    @rx.event
    async def remove_member(self, account_id: int):
        """End somebody's membership."""
        access = await _access(self)
        await off_loop(
            members.remove_member,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
            account_id=caller.number(account_id),
        )

    @rx.event
    async def change_role(self, account_id: int, role: str):
        """Promote or demote somebody."""
        access = await _access(self)
        await off_loop(
            members.change_role,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
            account_id=caller.number(account_id),
            role=str(role),
        )

    @rx.event
    async def accept(self, request_id: int):
        """Let somebody in."""
        await _decide(self, request_id, is_accepted=True)

    @rx.event
    async def decline(self, request_id: int):
        """Do not let somebody in."""
        await _decide(self, request_id, is_accepted=False)

    @rx.event
    async def create_invitation(self):
        """Make a link; its address is shown until the pane closes, and never again."""
        access = await _access(self)
        token = await off_loop(
            invitations.create_invitation,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
        )
        self.invitation_url = f"/invite/{token}"
        await _read(self)

    @rx.event
    async def revoke_invitation(self, invitation_id: int):
        """Make a link stop working."""
        access = await _access(self)
        await off_loop(
            invitations.revoke_invitation,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
            invitation_id=caller.number(invitation_id),
        )
        self.invitation_url = ""
        await _read(self)


async def _access(state: rx.State) -> RoomAccess:
    return await screens.look_up(state, screens.slug_of(state))


async def _decide(state: rx.State, request_id: Any, *, is_accepted: bool) -> None:
    access = await _access(state)
    await off_loop(
        join_requests.decide_join_request,
        caller.deps(),
        actor_id=access.actor.id,
        room_id=access.room_id,
        request_id=caller.number(request_id),
        is_accepted=is_accepted,
    )


async def _read(state: RoomInfoState) -> None:
    access = await _access(state)
    state.members, state.has_more_members = await _members(access, offset=0)
    state.requests = await _requests(access)
    state.invitations = await _invitations(access)


async def _members(access: RoomAccess, *, offset: int) -> tuple[list[MemberRow], bool]:
    found = await off_loop(
        members.list_members,
        caller.deps(),
        actor_id=access.actor.id,
        room_id=access.room_id,
        offset=offset,
        limit=_PAGE + 1,
    )
    ids = [member.person.id for member in found[:_PAGE]]
    online = await off_loop(presence.list_online, caller.deps(), account_ids=ids)
    rows = [
        MemberRow(
            person=person_row(m.person),
            role=m.role.value,
            is_me=m.person.id == access.actor.id,
            is_online=m.person.id in online,
        )
        for m in found[:_PAGE]
    ]
    return rows, len(found) > _PAGE


async def _requests(access: RoomAccess) -> list[JoinRequestRow]:
    if Permission.DECIDE_JOIN_REQUESTS not in access.permissions:
        return []
    found = await off_loop(
        join_requests.list_join_requests,
        caller.deps(),
        actor_id=access.actor.id,
        room_id=access.room_id,
    )
    return [JoinRequestRow(r.id, person_row(r.person), iso(r.asked_at)) for r in found]


async def _invitations(access: RoomAccess) -> list[InvitationRow]:
    if Permission.INVITE not in access.permissions:
        return []
    found = await off_loop(
        invitations.list_invitations,
        caller.deps(),
        actor_id=access.actor.id,
        room_id=access.room_id,
    )
    return [InvitationRow(i.id, i.created_by, iso(i.expires_at), i.uses) for i in found]
