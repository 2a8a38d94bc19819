"""What is typed into the search field: operators, words, and never an error."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.domain.search import (
    MARK_OFF,
    MARK_ON,
    Has,
    SearchQuery,
    Segment,
    parse_query,
    segments,
)


def test_words_phrases_and_negations_are_left_to_the_database() -> None:
    typed = 'frost "two winters" -cold or mulch'
    assert parse_query(typed) == SearchQuery(text=typed)


def test_operators_are_taken_out_of_the_words() -> None:
    asked = parse_query("from:@Mara dahlias in:#garden has:link HAS:polls after:2026-01-31 tubers")
    assert asked.text == "dahlias tubers"
    assert asked.authors == ("mara",)
    assert asked.rooms == ("garden",)
    assert asked.has == {Has.LINK, Has.POLL}
    assert asked.after == date(2026, 1, 31)
    assert asked.before is None


def test_a_value_in_quotes_may_have_blanks_and_several_mean_any_of_them() -> None:
    asked = parse_query('from:"Mara Kovac" from:jonas in:"Allotment & garden"')
    assert asked == SearchQuery(authors=("mara kovac", "jonas"), rooms=("allotment & garden",))


def test_of_several_days_the_narrowest_counts() -> None:
    asked = parse_query("after:2026-01-01 after:2026-02-01 before:2026-05-01 before:2026-04-01")
    assert (asked.after, asked.before) == (date(2026, 2, 1), date(2026, 4, 1))


@pytest.mark.parametrize(
    "word",
    [
        "has:fun",
        "before:tomorrow",
        "after:2026-02-30",
        "after:0001-01-01",
        "after:\u0662026-01-01",
        "from:",
        "in:#",
        "https://example.org/in:side",
        "-from:mara",
        "size:big",
    ],
)
def test_what_is_no_operator_is_a_word(word: str) -> None:
    assert parse_query(word) == SearchQuery(text=word)


def test_an_operator_inside_a_phrase_is_a_word() -> None:
    assert parse_query('"from:mara in bed"').text == '"from:mara in bed"'


@pytest.mark.parametrize("typed", ["", "   ", "\x00", None, 7, ["from:mara"], "\ud800"])
def test_nothing_asks_for_nothing(typed: object) -> None:
    assert parse_query(typed).is_empty


OPERATORS = st.sampled_from(
    ["from:", "in:", "has:", "before:", "after:", '"', "-", " ", "2026-01-01"]
)


@given(st.lists(st.one_of(OPERATORS, st.text())).map("".join))
def test_whatever_is_typed_is_a_query_that_can_be_stored(typed: str) -> None:
    asked = parse_query(typed)
    for text in (asked.text, *asked.authors, *asked.rooms):
        assert "\x00" not in text
        text.encode()
    assert all(asked.authors)
    assert all(asked.rooms)


@given(st.text(), st.text())
def test_a_snippet_falls_into_pieces_that_are_the_text_again(before: str, hit: str) -> None:
    plain = [each.translate({2: None, 3: None}) for each in (before, hit)]
    found = segments(f"{plain[0]}{MARK_ON}{plain[1]}{MARK_OFF}")
    assert not any(MARK_ON in each.text or MARK_OFF in each.text for each in found)
    assert all(each.text for each in found)
    assert sum(each.is_marked for each in found) <= 1


def test_a_snippet_is_marked_and_shows_no_markdown() -> None:
    headline = f"**Two** {MARK_ON}winters{MARK_OFF} with\n`mulch`"
    assert segments(headline) == (
        Segment("Two "),
        Segment("winters", is_marked=True),
        Segment(" with mulch"),
    )
