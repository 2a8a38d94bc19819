"""What people write as Markdown is formatted and harmless."""

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from tests.browser.screen import Desk
from tests.support.people import Place, Someone, post

MEAN = """\
<img src="https://example.org/pixel.png" onerror="document.title = 'taken-over'">
<script>document.title = 'taken-over'</script>
<b onmouseover="document.title = 'taken-over'">raw</b>

[press me](javascript:document.title='taken-over') [and me](data:text/html,hello)
[by a scheme](JaVaScRiPt:alert(1)) [vb](vbscript:msgbox) <javascript:alert(1)>

![a picture](https://example.org/picture.png) ![](javascript:alert(1))

[a way out](https://example.org/page) https://example.org/bare
"""


def test_text_is_formatted_and_code_is_highlighted(
    desk: Desk, private_room: Place, owner: Someone
) -> None:
    screen = desk.sit_down(owner).enter(private_room)
    screen.say(
        "some **bold** and `inline`\n\n```python\ndef answer():\n    return 42\n```\n\n- item"
    )
    message = screen.message("some bold")
    expect(message.locator("strong")).to_have_text("bold")
    expect(message.locator("p code")).to_have_text("inline")
    block = message.locator("pre")
    expect(block).to_contain_text("def answer():")
    expect(block.locator(".token.keyword").first).to_have_text("def")
    expect(block.locator(".token.number")).to_have_text("42")
    expect(message.get_by_role("listitem")).to_have_text("item")
    plain = screen.page.locator("pre").evaluate("pre => getComputedStyle(pre).color")
    keyword = block.locator(".token.keyword").first
    assert keyword.evaluate("token => getComputedStyle(token).color") != plain


def test_nothing_that_people_write_runs_or_loads_anything(
    desk: Desk, deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    post(deps, private_room, member, MEAN)
    screen = desk.sit_down(owner).enter(private_room)
    message = screen.message("press me")
    expect(message).to_contain_text("a way out")
    text = message.locator(".prose")
    expect(text.locator("img, script, iframe, b, [onerror], [onmouseover]")).to_have_count(0)
    for link in text.locator("a[href]").all():
        assert str(link.get_attribute("href")).startswith("https://example.org/")
        assert "noopener" in str(link.get_attribute("rel"))
        assert link.get_attribute("target") == "_blank"
    expect(text.locator("a[href]")).to_have_count(3)
    picture = message.get_by_role("link", name="a picture")
    expect(picture).to_have_attribute("href", "https://example.org/picture.png")
    message.get_by_text("press me", exact=True).click()
    screen.say("still here")
    screen.expect_message("still here")
    assert "taken-over" not in screen.page.title()


def test_text_with_odd_characters_stays_text(
    desk: Desk, private_room: Place, owner: Someone, member: Someone
) -> None:
    one = desk.sit_down(owner).enter(private_room)
    two = desk.sit_down(member).enter(private_room)
    odd = "5 < 6 && 7 > 2 \u202eevil\u202c {{braces}} ${x} \\n 'quotes' "
    odd += '"double" \U0001f389 \u0000end'
    one.say(odd)
    two.expect_message("5 < 6 && 7 > 2")
    shown = two.shown()[0]["text"]
    assert "\u202e" not in shown
    for part in ("{{braces}}", "${x}", "'quotes'", '"double"', "\U0001f389", "end"):
        assert part in shown
    assert two.shown() == one.shown()
