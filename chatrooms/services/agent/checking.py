"""Whether what the agent wrote may be put out: its form, its links, whether it is new, and whether
the product's own moderation model lets it pass."""

import re

import structlog

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Room
from chatrooms.domain.agent import (
    MAX_THREAD_WORDS,
    MAX_TITLE_CHARS,
    MAX_TOPIC_CHARS,
    MAX_WHY_CHARS,
    MIN_THREAD_WORDS,
    AgentMode,
    Idea,
    PollIdea,
    ThreadIdea,
    TopicIdea,
)
from chatrooms.domain.agent_observation import Observation
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.moderation import Policy, Unreadable
from chatrooms.domain.text import check_body, check_line
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.agent.runs import Run
from chatrooms.services.moderation import corrections
from chatrooms.services.moderation.scoring import score
from chatrooms.services.moderation.texts import Text
from chatrooms.services.polls import PollDraft, check_poll

log = structlog.get_logger(__name__)

_LINK = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]{1,20}://|mailto:|xmpp:|www\.)|!?\[[^\]\n]*\]\(")


def check_form(deps: Deps, idea: Idea) -> Idea:
    """The idea as it will be stored. Raises: InvalidInput saying what is wrong with it."""
    why = check_line(idea.why, label="The reason", max_chars=MAX_WHY_CHARS, required=True)
    if _LINK.search(f"{idea.text}\n{why}"):
        raise InvalidInput("Links may only lead to messages of the room, as their numbers.")
    if isinstance(idea, PollIdea):
        draft = PollDraft(idea.question, idea.choices)
        poll = check_poll(draft, now=deps.clock())
        return idea.model_copy(
            update={"question": poll.question, "choices": poll.choices, "why": why}
        )
    checked = {"body": check_body(idea.body, max_chars=deps.settings.max_body_chars), "why": why}
    if isinstance(idea, ThreadIdea):
        words = len(checked["body"].split())
        if not MIN_THREAD_WORDS <= words <= MAX_THREAD_WORDS:
            raise InvalidInput(
                f"It has {words} words; a thread opener has {MIN_THREAD_WORDS} to"
                f" {MAX_THREAD_WORDS}."
            )
    if isinstance(idea, TopicIdea):
        if len(checked["body"]) > MAX_TOPIC_CHARS:
            raise InvalidInput(f"A topic is described in at most {MAX_TOPIC_CHARS} characters.")
        title = check_line(idea.title, label="The title", max_chars=MAX_TITLE_CHARS, required=True)
        checked["title"] = title
    return idea.model_copy(update=checked)


def check_new(deps: Deps, idea: Idea, seen: Observation) -> None:
    """Raises: InvalidInput if it resembles one of the agent's last outputs or an open poll."""
    # Of what was withdrawn from an output nothing is left to compare with.
    known = [output.text for output in seen.outputs if output.text.strip()]
    known += ["\n".join([poll.question, *poll.choices]) for poll in seen.polls]
    if known and _is_known(deps, idea.text, known):
        raise InvalidInput("It is too much like something that was put to the room already.")


def _is_known(deps: Deps, idea: str, known: list[str]) -> bool:
    """Whether an idea is like one of these, in its words or, where an embedder of this machine
    tells that, in what it means."""
    # NumPy and scikit-learn are imported by processes that read language, not by all.
    from chatrooms.ml import alike

    if alike.in_words(idea, known) >= alike.IN_WORDS:
        return True
    least = alike.IN_MEANING.get(deps.embedding.key)
    if least is None:
        return False
    try:
        embedder = deps.embedding.embedder()
    except ModelUnusable as problem:
        log.warning("new_by_words_only", error=str(problem))
        return False
    return alike.in_meaning(embedder, idea, known) >= least


def check_tone(deps: Deps, run: Run, idea: Idea) -> None:
    """Have the product's moderation model read it, with what the room taught it. Fails closed.

    Raises: InvalidInput if the room's policy would flag it, or nothing could judge it.
    """
    with transaction(deps.sessions) as tx:
        room = tx.get_one(Room, run.room_id)
        policy = Policy.model_validate(room.policy)
        known = corrections.load(tx, deps, ids=[room.correction_id])
        correction = known.get(room.correction_id)
    found = score(deps, [_as_read(idea)], [correction])[0]
    if found.score is None:
        # Text in another language: where people decide, they can read it.
        is_left_to_people = run.settings.mode is AgentMode.PROPOSE
        is_left_to_rules = policy.unreadable is Unreadable.RULES
        if not found.model or not (is_left_to_people or is_left_to_rules):
            raise InvalidInput("The moderation model cannot judge it.")
    elif found.score >= policy.flag_threshold:
        raise InvalidInput("The moderation model takes it for unfriendly.")


def _as_read(idea: Idea) -> Text:
    if isinstance(idea, PollIdea):
        return Text(idea.question, (*idea.choices, idea.why))
    return Text(f"{idea.text}\n{idea.why}")
