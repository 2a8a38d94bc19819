"""One message of the timeline. Skipped by React unless something in it changed."""

import reflex as rx

from chatrooms.components.agent_note import agent_note
from chatrooms.components.ai_badge import ai_badge
from chatrooms.components.avatar import face_link, name_link
from chatrooms.components.browser import local_date_time, local_day, local_time, starts_day
from chatrooms.components.controls import icon
from chatrooms.components.message_actions import edit_form, message_actions
from chatrooms.components.message_body import message_body
from chatrooms.components.message_files import message_files
from chatrooms.components.message_marks import message_marks
from chatrooms.components.poll_card import poll_card
from chatrooms.components.standing import own_details, own_edit
from chatrooms.components.thread_footer import thread_footer
from chatrooms.state.room import RoomState
from chatrooms.state.rows import MessageRow, PollRow


@rx.memo
def message_item(
    message: rx.Var[MessageRow],
    previous_at: rx.Var[str],
    is_mine: rx.Var[bool],
    is_editing: rx.Var[bool],
    is_first_new: rx.Var[bool],
    can_post: rx.Var[bool],
    my_vote: rx.Var[int],
    my_emoji: rx.Var[str],
    my_choices: rx.Var[str],
    can_pin: rx.Var[bool],
    is_saved: rx.Var[bool],
    has_news: rx.Var[bool],
    in_thread: rx.Var[bool],
) -> rx.Component:
    """A message with the date separator before it, if it is its day's first. The parameters that
    begin with `my` come from `own_marks`; `is_first_new`: the line above what is new stands before
    it; `has_news`: its thread holds replies that the person, who follows it, has not read."""
    opens_day = starts_day(message.sent_at, previous_at)
    shows_author = message.is_head | opens_day | is_first_new
    return rx.fragment(
        rx.cond(opens_day, _date_separator(message.sent_at)),
        rx.el.article(
            rx.cond(shows_author, face_link(message.author), _margin_time(message)),
            rx.el.div(
                rx.cond(shows_author, _byline(message)),
                rx.cond(message.is_pinned, _pinned()),
                rx.cond(message.quote_id != 0, _quote(message)),
                rx.cond(
                    is_editing,
                    edit_form(),
                    _content(message, is_mine, can_post, my_vote, my_emoji, my_choices),
                ),
                rx.foreach(
                    message.threads,
                    lambda thread: thread_footer(thread, message.id, has_news=has_news),
                ),
                class_name="message-main",
            ),
            rx.cond(
                ~message.is_deleted & (message.withheld == "") & ~is_editing,
                message_actions(
                    message,
                    is_mine=is_mine,
                    can_post=can_post,
                    my_vote=my_vote,
                    can_pin=can_pin,
                    is_saved=is_saved,
                    in_thread=in_thread,
                ),
            ),
            aria_label=message.author.name + " at " + local_time(message.sent_at),
            tab_index=-1,
            class_name=rx.cond(shows_author, "message", "message cont"),
            custom_attrs={
                "data-message-id": message.id,
                "data-position": message.position,
                "data-client-id": message.client_id,
                "data-author-id": message.author.id,
                "data-sent-at": message.sent_at,
                "data-mine": is_mine,
                "data-deleted": message.is_deleted,
            },
        ),
    )


def _date_separator(sent_at: rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.span(local_day(sent_at)), class_name="date", role="separator")


def _byline(message: rx.Var[MessageRow]) -> rx.Component:
    return rx.el.header(
        rx.el.b(name_link(message.author)),
        ai_badge(message.author),
        _time(message.sent_at),
        class_name="who",
    )


def _margin_time(message: rx.Var[MessageRow]) -> rx.Component:
    return rx.el.span(_time(message.sent_at), class_name="margin-time")


def _time(sent_at: rx.Var[str]) -> rx.Component:
    return rx.el.time(local_time(sent_at), date_time=sent_at, title=local_date_time(sent_at))


def _pinned() -> rx.Component:
    return rx.el.small(icon("pin", 12), "Pinned", class_name="pinned")


def _quote(message: rx.Var[MessageRow]) -> rx.Component:
    return rx.el.button(
        icon("corner-up-right", 14),
        rx.el.b(message.quote_author),
        rx.el.span(message.quote_text),
        type="button",
        on_click=RoomState.jump_to(message.quote_id),
        class_name="quote",
        aria_label="In reply to " + message.quote_author + ": " + message.quote_text,
        custom_attrs={"data-jump-to": message.quote_id},
    )


def _content(
    message: rx.Var[MessageRow],
    is_mine: rx.Var[bool],
    can_post: rx.Var[bool],
    my_vote: rx.Var[int],
    my_emoji: rx.Var[str],
    my_choices: rx.Var[str],
) -> rx.Component:
    def card(poll: rx.Var[PollRow]) -> rx.Component:
        return poll_card(
            poll=poll,
            message_id=message.id,
            opener=message.author.name,
            is_mine=is_mine,
            my_choices=my_choices,
            can_post=can_post,
        )

    return rx.cond(
        message.is_deleted,
        rx.el.p(icon("ban", 14), "Message deleted", class_name="gone"),
        rx.cond(
            message.withheld != "",
            rx.fragment(
                rx.el.p(icon("shield", 14), message.withheld, class_name="gone withheld"),
                rx.cond(is_mine, own_details(message_id=message.id)),
            ),
            rx.fragment(
                rx.cond(
                    message.polls.length() > 0,
                    rx.foreach(message.polls, card),
                    rx.cond(message.body != "", _text(message, is_mine)),
                ),
                rx.cond(message.outdated != "", _outdated(message)),
                rx.foreach(
                    message.notes, lambda note: agent_note(note, message.id, can_post=can_post)
                ),
                message_files(message.files),
                message_marks(message, my_vote=my_vote, my_emoji=my_emoji, can_post=can_post),
            ),
        ),
    )


def _outdated(message: rx.Var[MessageRow]) -> rx.Component:
    return rx.el.p(icon("history", 12), message.outdated, class_name="hint with-icon")


def _text(message: rx.Var[MessageRow], is_mine: rx.Var[bool]) -> rx.Component:
    is_edited = message.is_edited
    return rx.fragment(
        rx.cond(is_mine, own_edit(message_id=message.id, body=message.body)),
        rx.el.div(
            message_body(text=message.body, mentions=message.mentions),
            rx.cond(is_edited, rx.el.small(" (edited)", class_name="edited")),
            class_name=rx.cond(is_edited, "message-text is-edited", "message-text"),
        ),
    )
