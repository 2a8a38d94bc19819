"""The administrator's page: how the site is doing, its rules, and who may use it."""

import reflex as rx

from chatrooms.components.agents_switch import agents_switch
from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_date
from chatrooms.components.controls import button, chip, empty_state, search_field
from chatrooms.components.model_use import model_use
from chatrooms.components.rules_editor import rules_panel
from chatrooms.components.simulator import simulator
from chatrooms.components.site_figures import site_figures
from chatrooms.components.topics_editor import topics_editor
from chatrooms.pages.frame import frame, page_head
from chatrooms.state.admin import AdminState
from chatrooms.state.rows import AccountRow
from chatrooms.state.rules import RulesState


def admin_page() -> rx.Component:
    """Accounts with search; deactivating one ends its sessions at once."""
    return frame(
        page_head("Administration", "Figures, rules and accounts of this server"),
        rx.el.div(
            rx.cond(
                AdminState.is_allowed,
                rx.el.div(
                    site_figures(),
                    _rules(),
                    model_use(),
                    agents_switch(),
                    topics_editor(),
                    _accounts(),
                    class_name="admin",
                ),
                empty_state(
                    "shield-off", "For administrators", "Your account cannot see this page."
                ),
            ),
            class_name="scroll",
        ),
        name="admin",
    )


def _rules() -> rx.Component:
    """The rules of the whole site; beside one that is being written, what it would have done."""
    return rx.el.div(
        rx.el.div(
            rules_panel("Rules of the whole site", "They hold in every room."),
            class_name="settings-column",
        ),
        rx.cond(
            RulesState.is_editing,
            rx.el.div(simulator(is_of_site=True), class_name="settings-column stays"),
        ),
        class_name="settings-columns",
    )


def _accounts() -> rx.Component:
    return rx.fragment(
        search_field("Find an account", AdminState.query, AdminState.search),
        rx.cond(
            AdminState.accounts.length() > 0,
            rx.el.ul(
                rx.foreach(AdminState.accounts, _account),
                aria_label="Accounts",
                class_name="lines panel",
            ),
            empty_state("search-x", "Nobody found", "Try another part of the name."),
        ),
        rx.cond(
            AdminState.has_more,
            button("Show more", kind="ghost", on_click=AdminState.load_more),
        ),
    )


def _account(account: rx.Var[AccountRow]) -> rx.Component:
    return rx.el.li(
        avatar(account.person, "sm"),
        rx.el.div(
            rx.el.b(account.person.name),
            rx.el.small("@", account.person.username, " · since ", local_date(account.created_at)),
            class_name="grow stack",
        ),
        rx.cond(account.is_admin, chip("Administrator")),
        rx.cond(account.is_active, rx.fragment(), chip("Deactivated", class_name="warn")),
        rx.cond(account.is_me, chip("You"), _switch(account)),
        key=account.person.id.to_string(),
    )


def _switch(account: rx.Var[AccountRow]) -> rx.Component:
    person = account.person
    return rx.cond(
        account.is_active,
        button(
            "Deactivate",
            kind="ghost",
            class_name="sm",
            aria_label="Deactivate " + person.username,
            on_click=AdminState.set_active(person.id, False),
        ),
        button(
            "Reactivate",
            kind="soft",
            class_name="sm",
            aria_label="Reactivate " + person.username,
            on_click=AdminState.set_active(person.id, True),
        ),
    )
