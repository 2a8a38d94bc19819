"""A room's members with their roles, and the menu of those who may change them."""

import reflex as rx

from chatrooms.components.ai_badge import ai_badge
from chatrooms.components.avatar import face_link, name_link
from chatrooms.components.browser import here
from chatrooms.components.controls import button, icon, icon_button
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.rows import MemberRow
from chatrooms.state.sanctions import SanctionsState

_ROLES = {"owner": "crown", "moderator": "shield", "member": "user"}


def room_members() -> rx.Component:
    """The members as a list that grows on demand."""
    return rx.fragment(
        rx.el.ul(
            rx.foreach(RoomInfoState.members, _member), class_name="people", aria_label="Members"
        ),
        rx.cond(
            RoomInfoState.has_more_members,
            button(
                "Show more",
                kind="ghost",
                class_name="sm",
                on_click=RoomInfoState.load_more_members,
            ),
        ),
    )


def _member(member: rx.Var[MemberRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            face_link(member.person, "sm"),
            class_name=rx.cond(member.is_online, "with-dot", "without-dot"),
        ),
        rx.el.span(
            name_link(member.person),
            ai_badge(member.person),
            rx.cond(member.is_online, rx.el.span(", online", class_name="sr-only")),
            rx.cond(member.is_me, rx.el.small(" you")),
            class_name="grow cut",
        ),
        rx.cond(member.role != "member", rx.el.small(member.role, class_name="role")),
        rx.cond(
            ~member.is_me
            & (
                RoomState.rights.can_change_roles
                | (RoomState.rights.can_remove & (member.role == "member"))
            ),
            _menu(member),
        ),
        key=member.person.id.to_string(),
        class_name="person",
    )


def _menu(member: rx.Var[MemberRow]) -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(icon_button("ellipsis", "Manage " + member.person.name)),
        rx.dropdown_menu.content(
            rx.cond(
                RoomState.rights.can_change_roles,
                rx.fragment(*(_role_item(member, role) for role in _ROLES)),
            ),
            rx.cond(
                RoomState.rights.can_remove,
                rx.dropdown_menu.item(
                    icon("user-minus"),
                    "Remove from room",
                    color_scheme="red",
                    on_select=RoomInfoState.remove_member(member.person.id),
                ),
            ),
            rx.cond(
                RoomState.rights.can_moderate,
                rx.fragment(
                    rx.dropdown_menu.item(
                        icon("timer"),
                        "Time out",
                        on_select=SanctionsState.ask_time_out(
                            member.person.id, member.person.name, here()
                        ),
                    ),
                    rx.dropdown_menu.item(
                        icon("ban"),
                        "Ban",
                        color_scheme="red",
                        on_select=SanctionsState.ask_ban(
                            member.person.id, member.person.name, here()
                        ),
                    ),
                ),
            ),
            align="end",
        ),
    )


def _role_item(member: rx.Var[MemberRow], role: str) -> rx.Component:
    return rx.cond(
        member.role != role,
        rx.dropdown_menu.item(
            icon(_ROLES[role]),
            f"Make {role}",
            on_select=RoomInfoState.change_role(member.person.id, role),
        ),
    )
