"""What everybody put on a message, and which of it is the reader's own."""

from typing import Any

import reflex as rx

from chatrooms.components.controls import icon
from chatrooms.state.marks import MarksState
from chatrooms.state.rows import MessageRow, ReactionRow


def own_marks(message_id: rx.Var[int]) -> dict[str, Any]:
    """The reader's own marks on a message, as `message_item` takes them: as numbers and texts, so
    that a message is drawn again only if its own marks changed."""
    return {
        "my_vote": MarksState.votes[message_id],
        "my_emoji": _joined(MarksState.reactions, message_id),
        "my_choices": _joined(MarksState.choices, message_id),
    }


def _joined(marks: rx.Var[Any], message_id: rx.Var[int]) -> rx.Var[str]:
    own = marks[message_id].to(list[str])
    return rx.cond(marks.contains(message_id), " " + own.join(" ") + " ", "").to(str)


def is_among(own: rx.Var[str], mark: rx.Var[str]) -> rx.Var[bool]:
    """Whether a mark is among the reader's own."""
    return own.contains(" " + mark + " ")


def message_marks(
    message: rx.Var[MessageRow],
    *,
    my_vote: rx.Var[int],
    my_emoji: rx.Var[str],
    can_post: rx.Var[bool],
) -> rx.Component:
    """Score and reactions, if there are any. The score is there for scripts also while it is 0 and
    takes no room then."""
    return rx.el.div(
        _score(message, my_vote),
        rx.foreach(
            message.reactions,
            lambda reaction: _reaction(message.id, reaction, my_emoji, can_post),
        ),
        class_name="marks",
    )


def _score(message: rx.Var[MessageRow], my_vote: rx.Var[int]) -> rx.Component:
    is_up, is_down = my_vote == 1, my_vote == -1
    return rx.el.span(
        rx.cond(
            is_down | (~is_up & (message.score < 0)),
            icon("arrow-big-down", 14),
            icon("arrow-big-up", 14),
        ),
        rx.el.span(message.score, custom_attrs={"data-testid": "score"}),
        rx.el.span(rx.cond(abs(message.score) == 1, " vote", " votes"), class_name="sr-only"),
        hidden=(message.score == 0) & ~is_up & ~is_down,
        title=rx.cond(is_up, "You voted up", rx.cond(is_down, "You voted down", "Score")),
        class_name=rx.cond(is_up | is_down, "mark mine", "mark"),
    )


def _reaction(
    message_id: rx.Var[int],
    reaction: rx.Var[ReactionRow],
    my_emoji: rx.Var[str],
    can_post: rx.Var[bool],
) -> rx.Component:
    is_mine = is_among(my_emoji, reaction.emoji)
    told = reaction.name + ", " + reaction.count.to_string() + ": " + reaction.people
    return rx.el.button(
        rx.el.span(reaction.emoji, aria_hidden="true"),
        rx.el.span(reaction.count),
        type="button",
        title=reaction.people,
        aria_label=told,
        aria_pressed=is_mine,
        disabled=~can_post,
        on_click=MarksState.react(message_id, reaction.emoji, ~is_mine),
        class_name=rx.cond(is_mine, "mark mark-btn mine", "mark mark-btn"),
        key=reaction.emoji,
    )
