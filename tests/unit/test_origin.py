"""Built scripts must talk to the address they were loaded from."""

from pathlib import Path

import pytest

from chatrooms.frontend.origin import (
    PLACEHOLDER_URL,
    OriginNotFound,
    keep_port_on_local_hosts,
    rewrite_build,
    use_browser_origin,
)

HOSTS = '["localhost","0.0.0.0","::","0:0:0:0:0:0:0:0"]'


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_an_http_address_becomes_the_browsers_origin(quote: str) -> None:
    script = f"let a={{PING:{quote}{PLACEHOLDER_URL}/ping{quote}}}"
    assert use_browser_origin(script) == (
        f"let a={{PING:(window.location.origin+{quote}/ping{quote})}}",
        1,
    )


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_a_websocket_address_keeps_its_scheme_over_tls_too(quote: str) -> None:
    address = PLACEHOLDER_URL.replace("http", "ws")
    script, found = use_browser_origin(f"EVENT:{quote}{address}/_event{quote}")
    assert found == 1
    assert script == (
        f"EVENT:(window.location.origin.replace(/^http/,{quote}ws{quote})+{quote}/_event{quote})"
    )


def test_other_addresses_stay_as_they_are() -> None:
    script = 'a="http://localhost:8000/x";b=`https://example.org/`'
    assert use_browser_origin(script) == (script, 0)


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_no_host_loses_its_port(quote: str) -> None:
    script = f"var h={HOSTS.replace(chr(34), quote)},t"
    assert keep_port_on_local_hosts(script) == ("var h=[],t", 1)


def test_a_build_is_rewritten_in_place(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    one, other = tmp_path / "assets" / "env.js", tmp_path / "other.js"
    one.write_text(f'a="{PLACEHOLDER_URL}/ping",b="{PLACEHOLDER_URL}/_upload"')
    other.write_text(f"h={HOSTS}")
    assert rewrite_build(tmp_path) == 2
    assert PLACEHOLDER_URL not in one.read_text()
    assert other.read_text() == "h=[]"


@pytest.mark.parametrize(
    "script",
    [
        "nothing here",
        f"h={HOSTS}",
        f'a="{PLACEHOLDER_URL}/ping"',
        f'h={HOSTS};a="before {PLACEHOLDER_URL}/ping"',
    ],
)
def test_a_build_that_looks_different_is_refused(tmp_path: Path, script: str) -> None:
    (tmp_path / "a.js").write_text(script)
    with pytest.raises(OriginNotFound):
        rewrite_build(tmp_path)
