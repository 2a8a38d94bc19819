"""Whom a text mentions."""

import pytest

from chatrooms.domain.mentions import MAX_MENTIONED, Mentions, mentions_in


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("@mara", {"mara"}),
        ("Ask @Mara, @leo.s and (@jonas)!", {"mara", "leo.s", "jonas"}),
        ("It was @mara.", {"mara"}),
        ("**@mara** and *@leo*", {"mara", "leo"}),
        ("@mara @mara @MARA", {"mara"}),
        ("mail mara@example.org or see http://host/@mara", set()),
        ("`@mara` and ``a ` @leo``", set()),
        ("```\n@mara\n```\nand @leo", {"leo"}),
        ("~~~ python\n@mara\n~~~", set()),
        ("```\n@mara, never closed", set()),
        ("one ` alone, then @mara", {"mara"}),
        ("@ mara, @-mara, @", set()),
        (f"@{'a' * 40}", set()),
    ],
)
def test_a_name_after_an_at_sign_is_a_mention_unless_it_is_code_or_an_address(
    body: str, names: set[str]
) -> None:
    assert mentions_in(body) == Mentions(frozenset(names))


def test_everybody_is_no_name() -> None:
    assert mentions_in("@room and @mara") == Mentions(frozenset({"mara"}), is_everybody=True)
    assert not mentions_in("the room `@room`")


def test_at_most_fifty_people_are_meant() -> None:
    body = " ".join(f"@person{number:03}" for number in range(80))
    names = mentions_in(body).names
    assert len(names) == MAX_MENTIONED
    assert "person000" in names
    assert "person079" not in names


def test_an_edit_means_only_whom_the_text_did_not_mean_before() -> None:
    before, after = mentions_in("@mara @leo"), mentions_in("@leo @jonas @room")
    assert after.without(before) == Mentions(frozenset({"jonas"}), is_everybody=True)
    assert not before.without(before)


def test_a_hostile_text_is_read_quickly() -> None:
    for body in ("`" * 4000, "@a" * 2000, "```\n" * 1000, "@" + "a." * 2000):
        mentions_in(body)
