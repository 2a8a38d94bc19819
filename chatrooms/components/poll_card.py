"""A poll in its message: the question, its choices with bars, how it stands."""

import reflex as rx

from chatrooms.components.browser import local_date_time
from chatrooms.components.controls import button, icon
from chatrooms.components.message_marks import is_among
from chatrooms.state.marks import MarksState
from chatrooms.state.room import RoomState
from chatrooms.state.rows import ChoiceRow, PollRow


@rx.memo
def poll_card(
    poll: rx.Var[PollRow],
    message_id: rx.Var[int],
    opener: rx.Var[str],
    is_mine: rx.Var[bool],
    my_choices: rx.Var[str],
    can_post: rx.Var[bool],
) -> rx.Component:
    """The question, each choice with its bar and count, and who may still do what."""
    is_open = can_post & ~poll.is_closed
    return rx.el.div(
        rx.el.h3(poll.question),
        rx.foreach(
            poll.choices,
            lambda choice: _choice(
                choice,
                message_id,
                is_among(my_choices, choice.index.to_string()),
                poll.is_multiple,
                is_open,
            ),
        ),
        rx.el.div(
            rx.el.p(_standing(poll, opener), class_name="grow"),
            rx.cond(
                is_open & (is_mine | RoomState.rights.can_close_polls),
                button(
                    "Close poll",
                    kind="ghost",
                    class_name="sm",
                    on_click=MarksState.close_poll(message_id),
                ),
            ),
            class_name="poll-foot",
        ),
        role="group",
        aria_label="Poll: " + poll.question,
        class_name="poll",
    )


def _choice(
    choice: rx.Var[ChoiceRow],
    message_id: rx.Var[int],
    is_chosen: rx.Var[bool],
    is_multiple: rx.Var[bool],
    is_open: rx.Var[bool],
) -> rx.Component:
    count = choice.count.to_string() + rx.cond(choice.count == 1, " vote, ", " votes, ")
    who = rx.cond(choice.people != "", ": " + choice.people, "")
    return rx.el.button(
        rx.el.span(class_name="tick", aria_hidden="true"),
        rx.el.span(choice.text, class_name="grow wrap"),
        rx.el.small(choice.people, class_name="cut"),
        rx.el.b(choice.count, custom_attrs={"data-testid": "poll-count"}),
        type="button",
        role=rx.cond(is_multiple, "checkbox", "radio"),
        aria_checked=is_chosen,
        aria_label=choice.text,
        aria_description=count + choice.percent.to_string() + " %" + who,
        title=choice.people,
        disabled=~is_open,
        on_click=MarksState.choose(message_id, choice.index, ~is_chosen),
        class_name="choice",
        style={"--share": choice.percent.to_string() + "%"},
    )


def _standing(poll: rx.Var[PollRow], opener: rx.Var[str]) -> rx.Component:
    return rx.fragment(
        poll.voter_count,
        rx.cond(poll.voter_count == 1, " person voted", " people voted"),
        rx.cond(
            poll.is_closed,
            rx.fragment(" · ", icon("lock", 12), " closed"),
            rx.cond(
                poll.closes_at != "",
                rx.fragment(" · closes ", local_date_time(poll.closes_at)),
            ),
        ),
        " · opened by ",
        opener,
        rx.cond(poll.is_multiple, " · several choices", ""),
        rx.cond(poll.is_anonymous, " · anonymous", ""),
    )
