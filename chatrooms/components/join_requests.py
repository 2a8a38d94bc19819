"""People who ask to be let in, for those who may decide."""

import reflex as rx

from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_date_time
from chatrooms.components.controls import button
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.rows import JoinRequestRow


def join_requests() -> rx.Component:
    """The waiting requests under the room's header; nothing when nobody waits."""
    return rx.cond(
        RoomState.rights.can_decide & (RoomInfoState.requests.length() > 0),
        rx.el.ul(
            rx.foreach(RoomInfoState.requests, _request),
            aria_label="Join requests",
            class_name="join-requests",
        ),
    )


def _request(request: rx.Var[JoinRequestRow]) -> rx.Component:
    return rx.el.li(
        avatar(request.person, "sm"),
        rx.el.span(
            rx.el.b(request.person.name),
            " asks to join",
            title=local_date_time(request.asked_at),
            class_name="grow cut",
        ),
        button(
            "Decline", kind="ghost", class_name="sm", on_click=RoomInfoState.decline(request.id)
        ),
        button("Accept", class_name="sm", on_click=RoomInfoState.accept(request.id)),
        key=request.id.to_string(),
    )
