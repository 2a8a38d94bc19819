"""Which web origins may connect."""

import pytest

from chatrooms.origins import allowed_origins


@pytest.mark.parametrize(
    ("public_url", "extra", "expected"),
    [
        ("http://localhost:8000", "", ["http://localhost:8000", "http://127.0.0.1:8000"]),
        ("http://127.0.0.1:80/", "", ["http://localhost:80", "http://127.0.0.1:80"]),
        ("https://chat.example.org/rooms", "", ["https://chat.example.org"]),
        (
            "https://a.example.org",
            " https://b.example.org:8443/ ,https://a.example.org,",
            ["https://a.example.org", "https://b.example.org:8443"],
        ),
        ("http://[2001:db8::1]:8000", "", ["http://[2001:db8::1]:8000"]),
    ],
)
def test_only_the_named_origins_are_allowed(
    public_url: str, extra: str, expected: list[str]
) -> None:
    assert allowed_origins(public_url, extra) == expected
