"""For any operations by anybody: folding the log from any moment on equals loading fresh."""

import random
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Message
from chatrooms.domain.errors import ChatError
from chatrooms.domain.moderation import Mode, Withheld
from chatrooms.domain.view import WINDOW, RoomView, ThreadView
from chatrooms.services import (
    history,
    invitations,
    members,
    messages,
    pins,
    polls,
    profiles,
    reactions,
    rooms,
    votes,
)
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation import (
    appeals,
    decisions,
    judging,
    policies,
    reports,
    sanctions,
    undoing,
)
from chatrooms.services.moderation.policies import PolicyDraft
from chatrooms.services.moderation.withholding import withhold
from chatrooms.services.polls import PollDraft
from chatrooms.services.rooms import RoomDraft
from tests.support.files import picture, upload
from tests.support.inspect import assert_gapless, folded, folded_thread
from tests.support.moderation import ABUSE
from tests.support.people import Place, Someone, make_room, post, sign_up

KINDS = (
    ("post",) * 8
    + (
        "reply",
        "reply",
        "thread",
        "thread",
        "pin",
        "pin",
        "attach",
        "rename",
        "edit",
        "edit",
        "delete",
        "delete",
        "join",
        "leave",
        "remove",
    )
    + ("promote", "invite", "edit_room", "archive")
    + ("vote", "vote", "vote", "react", "react", "react")
    + ("poll", "poll_vote", "poll_vote", "poll_vote", "poll_close")
    + ("moderate", "moderate", "moderate", "moderate", "undo", "hide", "appeal", "report")
    + ("ban", "lift", "time_out")
    + ("mode", "mode", "judge", "judge")
)
EMOJI = ("👍", "🎉", "☕", "no emoji")
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 10**6)), max_size=40
)


@dataclass(slots=True)
class Story:
    """A room in which random people do random things; most are allowed, some refused."""

    deps: Deps
    people: list[Someone]
    room: Place
    message_ids: list[int] = field(default_factory=list[int])
    poll_ids: list[int] = field(default_factory=list[int])
    snapshots: list[RoomView] = field(default_factory=list[RoomView])
    threads: list[ThreadView] = field(default_factory=list[ThreadView])
    decision_ids: list[int] = field(default_factory=list[int])
    sanction_ids: list[int] = field(default_factory=list[int])
    done: int = 0

    def load(self) -> RoomView:
        return history.load_view(self.deps, room_id=self.room.id)

    def snapshot(self) -> None:
        """Remember the room, and a thread of it, as they are now."""
        self.snapshots.append(self.load())
        with suppress(ChatError):
            self.threads.append(self.load_thread(self._message(len(self.snapshots))))

    def load_thread(self, root_id: int) -> ThreadView:
        return history.load_thread(self.deps, room_id=self.room.id, root_id=root_id)

    def step(self, kind: str, person: int, number: int) -> None:
        actor = self.people[person % len(self.people)]
        try:
            getattr(self, f"_{kind}")(actor, number)
            self.done += 1
        except ChatError:
            pass

    def _message(self, number: int) -> int:
        return self.message_ids[-1 - number % len(self.message_ids)] if self.message_ids else 0

    def _post(self, actor: Someone, number: int) -> None:
        named = self.people[number % len(self.people)].username if number % 3 else "nobody"
        body = f"Message {number} for @{named} " + "@room " * (number % 2) + "word " * (number % 50)
        self.message_ids.append(post(self.deps, self.room, actor, body))

    def _reply(self, actor: Someone, number: int) -> None:
        target = self._message(number) or None
        self.message_ids.append(post(self.deps, self.room, actor, "Reply", reply_to=target))

    def _thread(self, actor: Someone, number: int) -> None:
        root = self._message(number) or None
        self.message_ids.append(post(self.deps, self.room, actor, "In @room", thread=root))

    def _rename(self, actor: Someone, number: int) -> None:
        profiles.change_profile(
            self.deps, actor_id=actor.id, name=f"Name {number}", bio="", hue=number % 360
        )
        profiles.announce_person(self.deps, account_id=actor.id)

    def _attach(self, actor: Someone, number: int) -> None:
        token = upload(self.deps, self.room, actor, picture(size=(number % 90 + 1, 40)))
        thread = self._message(number) if number % 3 == 0 else None
        self.message_ids.append(post(self.deps, self.room, actor, "", thread=thread, files=[token]))

    def _edit(self, actor: Someone, number: int) -> None:
        messages.edit_message(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._message(number),
            body=ABUSE
            if number % 5 == 0
            else f"Edit {number} @{self.people[number % len(self.people)].username}",
        )

    def _delete(self, actor: Someone, number: int) -> None:
        messages.delete_message(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._message(number),
        )

    def _vote(self, actor: Someone, number: int) -> None:
        votes.vote(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._message(number // 3),
            value=number % 3 - 1,
        )

    def _react(self, actor: Someone, number: int) -> None:
        reactions.react(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._message(number // 8),
            emoji=EMOJI[number % 4],
            is_on=number % 8 < 5,
        )

    def _poll(self, actor: Someone, number: int) -> None:
        draft = PollDraft(
            question=f"Question {number}",
            choices=("one", "two", "three"),
            is_multiple=number % 2 == 0,
            is_anonymous=number % 3 == 0,
        )
        self.message_ids.append(
            polls.open_poll(
                self.deps,
                actor_id=actor.id,
                room_id=self.room.id,
                client_id=self.deps.ids.client_id(),
                draft=draft,
            )
        )
        self.poll_ids.append(self.message_ids[-1])

    def _poll_vote(self, actor: Someone, number: int) -> None:
        polls.vote(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._a_poll(number // 8),
            choice=number % 4,
            is_chosen=number % 8 < 6,
        )

    def _poll_close(self, actor: Someone, number: int) -> None:
        polls.close_poll(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._a_poll(number),
        )

    def _a_poll(self, number: int) -> int:
        return self.poll_ids[-1 - number % len(self.poll_ids)] if self.poll_ids else 0

    def _pin(self, actor: Someone, number: int) -> None:
        pins.set_pinned(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._message(number),
            is_pinned=number % 3 > 0,
        )

    def _join(self, actor: Someone, number: int) -> None:
        members.join_room(self.deps, actor_id=actor.id, room_id=self.room.id)

    def _leave(self, actor: Someone, number: int) -> None:
        members.leave_room(self.deps, actor_id=actor.id, room_id=self.room.id)

    def _remove(self, actor: Someone, number: int) -> None:
        members.remove_member(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            account_id=self.people[number % len(self.people)].id,
        )

    def _promote(self, actor: Someone, number: int) -> None:
        members.change_role(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            account_id=self.people[number % len(self.people)].id,
            role=("owner", "moderator", "member")[number % 3],
        )

    def _invite(self, actor: Someone, number: int) -> None:
        token = invitations.create_invitation(self.deps, actor_id=actor.id, room_id=self.room.id)
        guest = self.people[number % len(self.people)]
        invitations.accept_invitation(self.deps, actor_id=guest.id, token=token)

    def _edit_room(self, actor: Someone, number: int) -> None:
        draft = RoomDraft(
            name=f"Name {number}", topic="t" * (number % 9), tags="a b", is_private=number % 2 == 0
        )
        rooms.edit_room(self.deps, actor_id=actor.id, room_id=self.room.id, draft=draft)

    def _archive(self, actor: Someone, number: int) -> None:
        archived = self.load().facts.is_archived
        rooms.set_archived(
            self.deps, actor_id=actor.id, room_id=self.room.id, is_archived=not archived
        )

    def _moderate(self, actor: Someone, number: int) -> None:
        decide = decisions.remove if number % 2 else decisions.keep
        self.decision_ids.append(
            decide(
                self.deps,
                actor_id=actor.id,
                room_id=self.room.id,
                message_id=self._message(number // 2),
            )
        )

    def _undo(self, actor: Someone, number: int) -> None:
        decision_id = self.decision_ids[-1 - number % 3] if len(self.decision_ids) > 3 else 0
        undoing.undo(self.deps, actor_id=actor.id, room_id=self.room.id, decision_id=decision_id)

    def _hide(self, actor: Someone, number: int) -> None:
        """As a verdict does in a room that hides what is flagged."""
        with transaction(self.deps.sessions) as tx:
            lock_room(tx, room_id=self.room.id)
            message = tx.get(Message, self._message(number))
            if message is not None and message.deleted_at is None and not message.withheld:
                withhold(tx, self.deps, message=message, why=Withheld.REVIEW)

    def _mode(self, actor: Someone, number: int) -> None:
        chosen = {
            "mode": list(Mode)[number % 3],
            "hides_flagged": number % 2 == 0,
            "holds": number % 4 > 0,
        }
        policies.change_policy(
            self.deps, actor_id=actor.id, room_id=self.room.id, draft=PolicyDraft(chosen)
        )

    def _judge(self, actor: Someone, number: int) -> None:
        judging.judge_waiting(self.deps)

    def _appeal(self, actor: Someone, number: int) -> None:
        appeals.appeal(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._message(number),
            text="Please look again",
        )

    def _report(self, actor: Someone, number: int) -> None:
        reports.report(
            self.deps,
            actor_id=actor.id,
            room_id=self.room.id,
            message_id=self._message(number),
            reason="I do not like it",
        )

    def _ban(self, actor: Someone, number: int) -> None:
        whom = self.people[number % len(self.people)].id
        self.sanction_ids.append(
            sanctions.ban(self.deps, actor_id=actor.id, room_id=self.room.id, account_id=whom)
        )

    def _time_out(self, actor: Someone, number: int) -> None:
        whom = self.people[number % len(self.people)].id
        self.sanction_ids.append(
            sanctions.time_out(
                self.deps, actor_id=actor.id, room_id=self.room.id, account_id=whom, minutes=5
            )
        )

    def _lift(self, actor: Someone, number: int) -> None:
        sanction_id = self.sanction_ids[-1] if self.sanction_ids else 0
        sanctions.lift(self.deps, actor_id=actor.id, room_id=self.room.id, sanction_id=sanction_id)

    def check(self) -> None:
        """Every snapshot, folded on, equals the room as it is loaded now."""
        fresh = self.load()
        for snapshot in self.snapshots:
            assert folded(self.deps, snapshot, room_id=self.room.id) == fresh
        for thread in self.threads:
            fresh_thread = self.load_thread(thread.root.id)
            assert folded_thread(self.deps, thread, room_id=self.room.id) == fresh_thread
        assert_gapless(self.deps, self.room.id)
        assert fresh.member_count == len(
            members.list_members(
                self.deps, actor_id=self._reader(), room_id=self.room.id, limit=1000
            )
        )

    def _reader(self) -> int:
        for person in self.people:
            try:
                rooms.open_room(self.deps, actor_id=person.id, slug=self.room.slug)
            except ChatError:
                continue
            return person.id
        raise AssertionError("the room has lost its last owner")


@pytest.fixture(scope="module")
def people(deps: Deps) -> list[Someone]:
    return [sign_up(deps, "person") for _ in range(5)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_folding_the_log_from_any_moment_equals_loading_fresh(
    deps: Deps, people: list[Someone], steps: list[tuple[str, int, int]]
) -> None:
    story = Story(deps, people, make_room(deps, people[0]))
    for number, step in enumerate(steps):
        if number % 4 == 0:
            story.snapshot()
        story.step(*step)
    story.check()


def test_folding_equals_loading_beyond_the_window_too(deps: Deps, people: list[Someone]) -> None:
    story = Story(deps, people, make_room(deps, people[0]))
    chance = random.Random(20260101)
    for _ in range(2 * WINDOW):
        story.step("post", 0, chance.randrange(10**6))
    for number in range(200):
        if number % 20 == 0:
            story.snapshot()
        story.step(chance.choice(KINDS), chance.randrange(6), chance.randrange(10**6))
    assert story.done > 100
    assert story.load().has_older
    story.check()
