"""The page of a person: what everybody may know."""

import reflex as rx

from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_date, local_date_time
from chatrooms.components.controls import empty_state, icon, link, skeleton
from chatrooms.components.room_header import room_sign
from chatrooms.pages.frame import frame, page_head
from chatrooms.state.profile import ProfileState
from chatrooms.state.rows import RoomLink


def person_page() -> rx.Component:
    """Name, face, bio, when the person was here, and the rooms in common."""
    return frame(
        page_head("Profile", "What everybody here can see"),
        rx.el.div(
            rx.cond(
                ProfileState.is_missing,
                empty_state(
                    "user-x", "Nobody here", "There is nobody of that name, or not any more."
                ),
                rx.cond(ProfileState.profile.person.id != 0, _profile(), skeleton(5)),
            ),
            class_name="scroll narrow-column",
        ),
        name="person",
    )


def _profile() -> rx.Component:
    profile = ProfileState.profile
    return rx.el.article(
        rx.el.div(
            avatar(profile.person, "lg"),
            rx.el.div(
                rx.el.h2(profile.person.name),
                rx.el.p("@", profile.person.username, class_name="muted"),
                _presence(),
                class_name="grow stack",
            ),
            rx.cond(
                profile.is_me, link("Edit profile", to="/settings", class_name="btn btn-ghost sm")
            ),
            class_name="profile-head",
        ),
        rx.cond(profile.bio != "", rx.el.p(profile.bio, class_name="wrap")),
        rx.el.p(
            icon("calendar", 14),
            "Member since ",
            local_date(profile.created_at),
            class_name="with-icon muted",
        ),
        rx.cond(profile.rooms.length() > 0, _rooms()),
        aria_label=profile.person.name,
        class_name="panel profile",
    )


def _presence() -> rx.Component:
    profile = ProfileState.profile
    return rx.cond(
        profile.is_online,
        rx.el.p(rx.el.span(class_name="dot"), "Online", class_name="with-icon"),
        rx.el.p(
            rx.cond(
                profile.last_seen_at != "",
                "Last seen " + local_date_time(profile.last_seen_at),
                "Not seen yet",
            ),
            class_name="muted",
        ),
    )


def _rooms() -> rx.Component:
    profile = ProfileState.profile
    title = rx.cond(profile.is_me, "Your rooms", "Rooms in common")
    return rx.el.section(
        rx.el.h3(title),
        rx.el.ul(rx.foreach(profile.rooms, _room), aria_label=title, class_name="room-links"),
    )


def _room(room: rx.Var[RoomLink]) -> rx.Component:
    return rx.el.li(
        link(
            room_sign(room.is_private, 14),
            rx.el.span(room.name, class_name="cut"),
            to="/rooms/" + room.slug,
            class_name="chip chip-btn",
        ),
        key=room.slug,
    )
