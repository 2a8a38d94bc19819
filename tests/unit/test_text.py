"""What people type is cleaned and checked before it is stored."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.domain import text
from chatrooms.domain.errors import InvalidInput

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
SURROGATE = "\ud800"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


def body(value: object, *, max_chars: int = 4000) -> str:
    return text.check_body(value, max_chars=max_chars)


def test_an_ordinary_message_is_kept_as_typed() -> None:
    typed = "Hello,\n\tworld: naïve, 日本語, 👩‍👩‍👧, مرحبا"
    assert body(typed) == typed


@pytest.mark.parametrize(
    "empty", ["", " ", "\n\t ", "\u200b", "\u00a0\u3000", BIDI, "\x00", "\x07", "\u2060\ufeff"]
)
def test_a_message_without_anything_to_see_is_refused(empty: str) -> None:
    assert body(f"{empty}x").endswith("x")
    with pytest.raises(InvalidInput, match="cannot be empty"):
        body(empty)


def test_a_message_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert body("a" * 4000) == "a" * 4000
    with pytest.raises(InvalidInput, match="at most 4,000 characters"):
        body("a" * 4001)
    with pytest.raises(InvalidInput, match="at most 4,000 characters"):
        body(" " * 10_000_000)


def test_control_characters_vanish_and_lines_stay() -> None:
    assert body("a\x00b\x07c\x1bd\x85e\r\nf\rg") == "abcde\nf\ng"


def test_characters_that_turn_the_direction_of_text_vanish() -> None:
    assert body(f"pay {BIDI}bob") == "pay bob"


def test_ten_thousand_combining_marks_shrink_to_a_few_and_fast() -> None:
    started = time.process_time()
    cleaned = body("e" + "\u0301" * 10_000 + "x" + "\u0316\u0301" * 5_000)
    assert time.process_time() - started < 1.0
    assert len(cleaned) <= 2 + 2 * text.MAX_COMBINING_RUN
    assert cleaned[0] == "é"


def test_a_few_combining_marks_stay() -> None:
    assert body("s\u0323\u0307") == unicodedata.normalize("NFC", "s\u0323\u0307")


@pytest.mark.parametrize("value", [None, 5, 1.5, b"bytes", ["a"], {"a": 1}, True])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="not a text"):
        body(value)


@pytest.mark.parametrize("value", [SURROGATE, f"a{SURROGATE}b", "\udfff"])
def test_lone_surrogates_are_refused_everywhere(value: str) -> None:
    for check in (body, text.check_username, text.check_email, text.check_tags, text.clean):
        with pytest.raises(InvalidInput):
            check(value)
    with pytest.raises(InvalidInput):
        text.check_line(value, label="A topic", max_chars=10)
    with pytest.raises(InvalidInput):
        text.check_password(f"long enough {value}")


def test_what_is_taken_out_leaves_letter_and_mark_composed() -> None:
    assert text.clean("A\x1f\u0300") == "\u00c0"
    assert text.clean("A\x1f" + "\u0300\x1f" * 20) == text.clean("A" + "\u0300" * 8)


@given(ANY_TEXT)
def test_whatever_is_typed_comes_out_storable_or_is_refused(typed: str) -> None:
    try:
        cleaned = body(typed)
    except InvalidInput:
        return
    assert "\x00" not in cleaned
    assert not set(cleaned) & set(BIDI)
    assert cleaned.encode()
    assert cleaned == cleaned.strip()
    assert body(cleaned) == cleaned


def test_a_line_of_text_has_no_line_ends_and_a_limit() -> None:
    def topic(value: object, *, required: bool = False) -> str:
        return text.check_line(value, label="A topic", max_chars=10, required=required)

    assert topic("a\n b\t\tc") == "a b c"
    assert topic(None) == ""
    with pytest.raises(InvalidInput, match="A topic can have at most 10"):
        topic("a" * 11)
    with pytest.raises(InvalidInput, match="A topic cannot be empty"):
        topic(" \u200b ", required=True)


def test_tags_are_lower_case_and_unique_in_the_order_typed() -> None:
    assert text.check_tags("#Python, web python,,  # Chat") == ["python", "web", "chat"]
    assert text.check_tags(None) == []


def test_too_many_or_too_long_tags_are_refused() -> None:
    eight = " ".join(f"t{i}" for i in range(8))
    assert len(text.check_tags(eight)) == 8
    with pytest.raises(InvalidInput, match="at most 8 tags"):
        text.check_tags(f"{eight} t9")
    assert text.check_tags("t" * 30) == ["t" * 30]
    with pytest.raises(InvalidInput, match="at most 30 characters"):
        text.check_tags("t" * 31)


@pytest.mark.parametrize("name", ["a", "Ann", "a.b-c_d", "x" * 32, "9lives", "a_"])
def test_good_user_names_keep_their_case(name: str) -> None:
    assert text.check_username(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", ".a", "a.", "x" * 33, "a b", "añb", "\u0430", "a@b", "a/b", None, 7]
)
def test_bad_user_names_are_refused(name: object) -> None:
    with pytest.raises(InvalidInput):
        text.check_username(name)


def test_addresses_are_lower_case_and_look_like_addresses() -> None:
    assert text.check_email(" Ann@Example.ORG ") == "ann@example.org"
    for bad in ("", "ann", "ann@", "@example.org", "ann@example", "a b@example.org", None):
        with pytest.raises(InvalidInput):
            text.check_email(bad)


def test_passwords_are_kept_as_typed_within_their_limits() -> None:
    assert text.check_password("  påss wörd  ") == "  påss wörd  "
    assert text.check_password("a" * 200) == "a" * 200
    for bad in ("a" * 7, "a" * 201, None, 12345678):
        with pytest.raises(InvalidInput):
            text.check_password(bad)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Rust Beginners", "rust-beginners"),
        ("  --Ünïcode!! Room--  ", "unicode-room"),
        ("a" * 80, "a" * 60),
        ("../../etc", "etc"),
    ],
)
def test_a_room_name_becomes_a_plain_address(name: str, slug: str) -> None:
    assert text.slugify(name) == slug


def test_names_without_latin_letters_get_addresses_of_their_own() -> None:
    first, second = text.slugify("日本語"), text.slugify("русский")
    assert first.startswith("room-")
    assert first != second


@given(ANY_TEXT.filter(lambda name: name.isprintable()))
def test_every_name_gives_a_usable_address(name: str) -> None:
    slug = text.slugify(name)
    assert slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(slug) <= text.MAX_SLUG_CHARS


@given(ANY_TEXT.filter(bool), ANY_TEXT.filter(bool))
def test_different_nicknames_become_different_valid_user_names(one: str, other: str) -> None:
    first, second = text.username_from(one), text.username_from(other)
    assert text.check_username(first) == first
    assert (first == second) == (one == other)


def test_a_nickname_that_is_a_user_name_stays() -> None:
    assert text.username_from("ann_b") == "ann_b"
    assert text.username_from("ann|away") == text.username_from("ann|away") != "ann-away"


@pytest.mark.parametrize(
    "body",
    [
        "Wrote:\n\n```python\nimport httpx\n```",
        "Wrote:\n~~~ c++\nimport httpx\n~~~",
        "**Wrote:** ```import httpx```",
        "> Wrote: `import` httpx",
        "Wrote:\r\n```python\nimport httpx",
    ],
)
def test_an_excerpt_shows_code_without_its_fences_and_language(body: str) -> None:
    assert text.excerpt(body) == "Wrote: import httpx"


def test_an_excerpt_is_one_line_cut_at_a_word() -> None:
    assert text.excerpt("one\ntwo  three") == "one two three"
    cut = text.excerpt("word " * 60)
    assert cut.endswith("word…")
    assert len(cut) <= 141
    assert len(text.excerpt("x" * 500)) == 141


@pytest.mark.parametrize("path", ["/", "/rooms/a?message=5", "/invite/x#y"])
def test_paths_of_this_site_are_followed(path: str) -> None:
    assert text.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "//evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "rooms/a",
    ],
)
def test_paths_that_lead_elsewhere_lead_home(path: str) -> None:
    assert text.local_path(path) == "/"
