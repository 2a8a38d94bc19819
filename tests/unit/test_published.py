"""What a model wrote, as a message: sources are links, and nothing else is."""

import pytest

from chatrooms.domain.published import published, without_sources

PATHS = ("https://here.example/rooms/a?message=1", "https://here.example/rooms/a?message=2")


def test_marks_lead_to_their_sources_and_to_no_others() -> None:
    assert published("Noon [1], garden [2] [3] [0]", PATHS, max_chars=500) == (
        f"Noon [\\[1\\]]({PATHS[0]}), garden [\\[2\\]]({PATHS[1]}) \\[3\\] \\[0\\]"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[here](https://evil.example)", "here (`https://evil.example`)"),
        ("![p](https://evil.example/p.png)", "p (`https://evil.example/p.png`)"),
        ("<https://evil.example>", "\\<`https://evil.example`\\>"),
        ("www.evil.example", "`www.evil.example`"),
        ("_https://evil.example", "_`https://evil.example`"),
        ("1https://evil.example", "1`https://evil.example`"),
        ("\u00e9https://evil.example", "\u00e9`https://evil.example`"),
        ("_www.evil.example", "_`www.evil.example`"),
        ("` https://evil.example `", "' `https://evil.example` '"),
        ("mail a@evil.example", "mail a at evil.example"),
        ("\\[x\\](y)", "\\\\x\\\\ (y)"),
        ("[a]: //evil.example", "\\[a\\]: //evil.example"),
        ("**bold** and `code`", "**bold** and `code`"),
    ],
)
def test_what_the_model_writes_leads_nowhere(text: str, shown: str) -> None:
    assert published(text, PATHS, max_chars=500) == shown


def test_what_is_too_long_is_cut_and_says_so() -> None:
    shown = published("[" * 400, PATHS, max_chars=200)
    assert len(shown) <= 200
    assert shown.endswith("\u2026")


def test_a_source_that_is_gone_leaves_no_mark_behind() -> None:
    shown = published("Noon [1][2], garden [1]. `[2]` \\[2] [3]", PATHS, max_chars=500)
    left = without_sources(shown, {1})
    assert left == shown.replace(f" [\\[1\\]]({PATHS[0]})", "")
    assert left.count(PATHS[1]) == shown.count(PATHS[1]) > 0
    assert without_sources(shown, {1, 2}).startswith("Noon, garden.")
    assert PATHS[1] not in without_sources(shown, {1, 2})
    assert without_sources(shown, ()) == without_sources(shown, {3}) == shown
