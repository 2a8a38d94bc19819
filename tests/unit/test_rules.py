"""A rule fits what it says, however it is spelled, and nothing else."""

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.moderation import Decision, Mode, Policy, RuleAction, RuleHit, decide
from chatrooms.domain.rules import Rule, RuleDraft, Subject, places
from chatrooms.ml.characters import clean_text
from chatrooms.services.moderation import patterns
from chatrooms.services.moderation.matching import fit, subject_of
from chatrooms.services.moderation.rules import check_rule


def rule(kind: str, action: str = "remove", **options: Any) -> Rule:
    return Rule.of(id=1, name=kind, kind=kind, action=action, options=options, seen=clean_text)


def found(body: str, kind: str = "words", **options: Any) -> list[str]:
    return [body[start:end] for start, end in places(rule(kind, **options), subject_of(body)) or ()]


@pytest.mark.parametrize(
    "body",
    [
        "you fuck",
        "FUCK.",
        "f u c k you",
        "f.u.c.k",
        "f-u-c-k!",
        "fuuuuck",
        "f\u03c5ck",
        "\uff46\uff55\uff43\uff4b",
        "fu\u200bck",
    ],
)
def test_a_blocked_word_is_found_however_it_is_spelled(body: str) -> None:
    assert found(body, words=["fuck"])


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("the class has passed", "ass"),
        ("good morning", "god"),
        ("Scunthorpe", "cunt"),
        ("a b c", "cab"),
        ("spades", "spade"),
    ],
)
def test_a_blocked_word_is_not_found_inside_other_words(body: str, word: str) -> None:
    assert not found(body, words=[word])


def test_digits_and_signs_in_the_place_of_letters_hide_nothing() -> None:
    assert found("what a l0s3r, you @ss", words=["loser", "ass"]) == ["l0s3r", "@ss"]


def test_a_phrase_is_found_across_blanks_and_signs_and_with_its_place() -> None:
    body = "Please: Go   AWAY, now"
    assert found(body, words=["go away"]) == ["Go   AWAY"]
    assert not found("go far away", words=["go away"])


def test_a_star_also_finds_longer_words() -> None:
    assert found("spammers spam", words=["spam*"]) == ["spammers", "spam"]
    assert found("spammers", words=["spam"]) == []


@given(st.text(max_size=200))
def test_every_place_is_a_part_of_the_text(body: str) -> None:
    for start, end in places(rule("words", words=["a*", "b c", "xyz"]), subject_of(body)) or ():
        assert 0 <= start < end <= len(body)


def test_an_allowed_phrase_excuses_the_words_in_it_and_no_others() -> None:
    rules = [rule("words", words=["kill"]), rule("allow", words=["kill the process"])]
    assert fit(rules, subject_of("kill the process")).is_allowed
    fine = fit(rules, subject_of("Please kill the process first"))
    assert not fine.hits
    assert not fine.is_allowed
    assert fine.rest("Please kill the process first").split() == ["Please", "first"]
    (hit,) = fit(rules, subject_of("kill the process or I kill you")).hits
    assert hit.places == ((22, 26),)


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ("see https://good.example/x", []),
        ("see http://sub.good.example", []),
        (
            "see https://evil.example and www.bad.example",
            ["https://evil.example", "www.bad.example"],
        ),
        ("see https://good.example@evil.example/", ["https://good.example@evil.example/"]),
        ("see https://notgood.example", ["https://notgood.example"]),
        ("no link", []),
    ],
)
def test_links_are_found_unless_their_domain_is_allowed(body: str, links: list[str]) -> None:
    assert found(body, "links", domains=["good.example"]) == links


def test_capitals_mentions_and_repeats_count() -> None:
    loud = rule("capitals", percent=80, least=8)
    assert places(loud, Subject("LISTEN TO ME")) == ()
    assert places(loud, Subject("OK FINE")) is None
    assert places(loud, Subject("Listen to me please")) is None
    many = rule("mentions", most=2)
    assert places(many, Subject("@a @b @c")) == ((0, 2), (3, 5), (6, 8))
    assert places(many, Subject("@a @b")) is None
    again = rule("repeats", times=3, minutes=5)
    ago = [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=9)]
    assert places(again, Subject("hi", same_before=ago)) == ()
    assert places(again, Subject("hi", same_before=ago[1:])) is None


def test_newcomers_may_not_post_what_the_rule_names_until_they_are_old_enough() -> None:
    early = rule("newcomers", hours=24, since="account", what="links_and_files")
    young, old = timedelta(hours=2), timedelta(hours=24)
    body = "www.x.example"
    assert places(early, Subject(body, account_age=young)) == ((0, 13),)
    assert places(early, Subject("x", has_files=True, account_age=young)) == ()
    assert places(early, Subject("hello", account_age=young)) is None
    assert places(early, Subject(body, account_age=old, room_age=young)) is None


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "cannot be used"),
        (r"(a)\1", "cannot be used"),
        ("((a{99}){99}){9}", "cannot be used"),
        ("(abcdefghij{1,9}){1,90}", "too large"),
        ("a*", "fits every message"),
        ("", "cannot be empty"),
        ("a" * 301, "at most 300"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_the_reason(pattern: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        check_rule(RuleDraft("A pattern", "pattern", "flag", {"pattern": pattern}))


def test_a_pattern_that_would_hang_others_takes_linear_time_and_places_are_characters() -> None:
    pattern = "(x+x+)+y"
    check_rule(RuleDraft("Slow elsewhere", "pattern", "flag", {"pattern": pattern}))
    began = time.perf_counter()
    assert patterns.find(pattern, "x" * 50_000) == ()
    assert time.perf_counter() - began < 1
    assert patterns.find("w[oö]rt", "ein übles WÖRT") == ((10, 14),)


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("words", {"words": " , \n"}, "at least one word"),
        ("words", {"words": "!!!"}, "letter or digit"),
        ("words", {"words": "x" * 81}, "at most 80"),
        ("words", {"words": ",".join(map(str, range(201)))}, "at most 200"),
        ("links", {"domains": "not a domain"}, "not a domain"),
        ("repeats", {"times": "1", "minutes": "5"}, "from 2 to 20"),
        ("repeats", {"times": "3", "minutes": "\u0665"}, "whole number"),
        ("capitals", {"percent": "200", "least": "8"}, "from 50 to 100"),
        ("mentions", {}, "from 1 to 50"),
        ("newcomers", {"hours": "5", "since": "birth", "what": "links"}, "one of the choices"),
        ("nonsense", {}, "no such kind"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    kind: str, typed: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        check_rule(RuleDraft("A rule", kind, "flag", typed))


HITS = {action: RuleHit(1, "a rule", action) for action in RuleAction}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("score", [None, 0.1, 0.6, 0.95])
def test_a_rule_that_removes_decides_over_every_mode_and_score(
    mode: Mode, score: float | None
) -> None:
    outcome = decide(Policy(mode=mode), score=score, hits=(HITS[RuleAction.REMOVE],))
    assert outcome.decision is Decision.REMOVE


def test_of_rules_and_model_the_stricter_decides_and_all_hits_are_kept() -> None:
    both = (HITS[RuleAction.FLAG], HITS[RuleAction.HOLD])
    outcome = decide(Policy(mode=Mode.AUTO), score=0.1, hits=both)
    assert (outcome.decision, outcome.rule, outcome.hits) == (Decision.HIDE, both[1], both)
    by_model = decide(Policy(mode=Mode.AUTO), score=0.95, hits=both)
    assert (by_model.decision, by_model.rule) == (Decision.REMOVE, None)


def test_without_a_model_people_look_unless_a_rule_decides_or_vouches() -> None:
    policy = Policy(mode=Mode.AUTO)
    assert decide(policy, score=None, is_asked=False).decision is Decision.FLAG
    allowed = decide(policy, score=None, is_asked=False, is_allowed=True)
    assert allowed.decision is Decision.APPROVE
    hit = decide(policy, score=None, is_asked=False, hits=(HITS[RuleAction.REMOVE],))
    assert hit.decision is Decision.REMOVE
