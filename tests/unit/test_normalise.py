import sys
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chatrooms.ml.characters import LOOKALIKES, clean, clean_text
from chatrooms.ml.normalise import Normaliser
from chatrooms.ml.wordlist import words

COMMON = words("""
    the a you are is this what an i to and of it in my your we can please kill go off up good god
    morning people all just so not never do who when they that word words here have been bass class
""")
RUDE = words("fuck shit bitch idiot stupid moron asshole")
COUNTS = Counter(COMMON * 100 + RUDE * 90 + words("server process docker scunthorpe") * 5)


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    return Normaliser(COUNTS)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ＦＵＣＫ you", "fuck you"),
        ("𝕗𝕦𝕔𝕜 you", "fuck you"),
        ("ⓕⓤⓒⓚ you", "fuck you"),
        ("f\u200bu\u200bc\u200bk you", "fuck you"),
        ("f\u202eu\u202cck you", "fuck you"),
        ("f̷̢u̵c̴k̶ you", "fuck you"),
        ("fuсk you", "fuck you"),
        ("🅱️itch", "bitch"),
        ("ƒück you", "fuck you"),
        ("you id1ot", "you idiot"),
        ("you 1d10t", "you idiot"),
        ("$hit", "shit"),
        ("sh!t", "shit"),
        ("a$$hole", "asshole"),
        ("@sshole", "asshole"),
        ("f*ck you", "fuck you"),
        ("f**k you", "fuck you"),
        ("f*** you", "fuck you"),
        ("b####", "bitch"),
        ("f u c k you", "fuck you"),
        ("f.u.c.k you", "fuck you"),
        ("f-u-c-k", "fuck"),
        ("s_t_u_p_i_d", "stupid"),
        ("y o u a r e a n i d i o t", "you are an idiot"),
        ("fu ck you", "fuck you"),
        ("fuuuuuck you", "fuck you"),
        ("stuuupiiid", "stupid"),
        ("fck you", "fuck you"),
        ("you idoit", "you idiot"),
        ("asshoel", "asshole"),
        ("fuckyou", "fuck you"),
        ("youidiot", "you idiot"),
        ("killyourself", "killyourself"),
        ("phuck you", "fuck you"),
        ("#youstupididiot", "# you stupid idiot"),
    ],
)
def test_disguised_spellings_are_read(normaliser: Normaliser, typed: str, read: str) -> None:
    assert " ".join(normaliser.words(typed)) == read


@pytest.mark.parametrize(
    "text",
    [
        "scunthorpe",
        "penistone and cockfosters",
        "the bass class",
        "kubernetes docker nginx",
        "dickens wrote it",
        "matsushita capacitors",
        "assignment , assessment",
        "fukuoka and phuket",
        "hitchcock",
        "shiitake",
    ],
)
def test_harmless_words_are_left_alone(normaliser: Normaliser, text: str) -> None:
    assert " ".join(normaliser.words(text)) == text


@pytest.mark.parametrize("text", ["привет, как дела", "αυτό είναι ελληνικά", "你好吗"])
def test_texts_of_other_alphabets_stay_in_them(normaliser: Normaliser, text: str) -> None:
    assert not any(c.isascii() and c.isalpha() for word in normaliser.words(text) for c in word)


def test_a_foreign_word_in_an_english_text_stays_foreign(normaliser: Normaliser) -> None:
    assert "привет" in normaliser.words("they say привет when they go")


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_tokens_with_places_in_it(normaliser: Normaliser, text: str) -> None:
    tokens = normaliser.tokens(text)
    assert [token.text for token in tokens] == normaliser.words(text)
    assert all(token.text for token in tokens)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    starts = [token.start for token in tokens]
    assert starts == sorted(starts)


@given(st.text(alphabet="fuckshit i10!@$*. -_\u200bаеü", max_size=60))
@settings(max_examples=300, deadline=None)
def test_disguised_text_gives_tokens_with_places_in_it(normaliser: Normaliser, text: str) -> None:
    tokens = normaliser.tokens(text)
    assert [token.text for token in tokens] == normaliser.words(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_text(text)
    assert clean(text).text == once
    # Letters that pass for Latin make a text more Latin, so that more of them may pass.
    assume(LOOKALIKES.keys().isdisjoint(once))
    assert clean_text(once) == once


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("you are an id\u200biot!", "idiot", "id\u200biot"),
        ("what a f u c k here", "fuck", "f u c k"),
        ("ﬁne, you ＭＯＲＯＮ", "moron", "ＭＯＲＯＮ"),
        ("go fuckyou", "fuck", "fuck"),
        ("such a sh!t.", "shit", "sh!t"),
    ],
)
def test_a_token_points_to_what_was_typed(
    normaliser: Normaliser, text: str, word: str, original: str
) -> None:
    token = next(token for token in normaliser.tokens(text) if token.text == word)
    assert text[token.start : token.end] == original


def calls_while_reading(normaliser: Normaliser, text: str) -> int:
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        normaliser.words(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "unit",
    [
        "f ",
        "u.",
        "a",
        "fuck",
        "f*",
        "$",
        "1",
        "é",
        "а",
        "\u0301",
        "@",
        "#a",
        "i d ",
        "fu ck ",
        "x-",
    ],
)
def test_work_grows_no_faster_than_the_text(normaliser: Normaliser, unit: str) -> None:
    small, large = (
        calls_while_reading(normaliser, unit * (size // len(unit))) for size in (2_000, 20_000)
    )
    assert large <= 14 * small + 1_000


def test_a_single_huge_word_is_read(normaliser: Normaliser) -> None:
    assert normaliser.words("x" * 100_000)
    assert calls_while_reading(normaliser, "fuck" * 25_000) < 2_000_000
