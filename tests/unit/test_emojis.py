"""Which emoji are offered for what was typed."""

import pytest

from chatrooms.services.emojis import suggest


def symbols(query: str) -> list[str]:
    return [each.symbol for each in suggest(query)]


def test_what_begins_so_comes_first_the_shorter_before_the_longer() -> None:
    assert symbols("smi")[:2] == ["😄", "😏"]
    assert suggest("smi")[0].shortcode == "smile"


def test_a_word_inside_a_shortcode_is_found_after_those() -> None:
    found = [each.shortcode for each in suggest("laughing")]
    assert found == ["laughing", "rolling_on_the_floor_laughing"]


def test_case_does_not_matter() -> None:
    assert symbols("THUMBSUP") == symbols("thumbsup") == ["👍"]


def test_each_emoji_is_offered_once_and_no_skin_tones_crowd_it_out() -> None:
    found = symbols("thumbs")
    assert found == ["👍", "👎"]


@pytest.mark.parametrize("query", ["+1", "-1", "100"])
def test_signs_and_digits_are_shortcodes_too(query: str) -> None:
    assert suggest(query)[0].shortcode == query


@pytest.mark.parametrize("query", ["", "s", "no such emoji", "%", "\x00", "_"])
def test_too_little_or_nothing_known_offers_nothing(query: str) -> None:
    assert suggest(query) == []


def test_the_list_is_short() -> None:
    assert len(suggest("fa")) == 8
    assert len(suggest("fa", limit=3)) == 3
