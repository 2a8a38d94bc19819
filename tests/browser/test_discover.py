"""The directory: found by what one types, kept in the address, and filed in a tree of topics."""

import re

from playwright.sync_api import expect

from chatrooms.bootstrap import Deps
from chatrooms.services import topic_tree
from tests.browser.screen import PHONE, Desk
from tests.browser.test_phone import expect_finger_sized, expect_no_sideways_scrolling
from tests.support.people import Someone, unique


def test_a_room_is_filed_where_it_is_suggested_and_found_by_words_topic_and_tag(
    desk: Desk, deps: Deps, owner: Someone, stranger: Someone, admin: Someone
) -> None:
    name, tag = unique("Baking circle"), unique("rye").replace("-", "")
    screen = desk.sit_down(owner).go("/discover")
    screen.button("New room").click()
    screen.textbox("Room name").fill(name)
    parent = screen.page.get_by_role("combobox", name="Parent topic")
    expect(parent.locator("option:checked")).to_have_text("Food & drink \u203a Baking")
    expect(screen.page.get_by_text("Suggested from what you typed")).to_be_visible()
    parent.select_option(label="Food & drink")
    screen.textbox("Tags").fill(tag)
    screen.button("Create room").click()
    expect(screen.page.get_by_role("heading", name=name, exact=True)).to_be_visible()

    reader = desk.sit_down(stranger).go("/discover")
    search = reader.page.get_by_role("searchbox", name="Find a room")
    card = reader.page.get_by_role("article", name=name, exact=True)
    search.fill(tag[:-1])
    expect(card.locator("mark")).to_have_text(tag)
    expect(card.locator("time")).to_have_text(re.compile("^(just now|[1-5] minutes? ago)$"))
    expect(reader.page).to_have_url(re.compile(rf"\?q={tag[:-1]}$"))
    topics = reader.page.get_by_role("navigation", name="Topics")
    topics.get_by_role("button", name="Food & drink").press("Enter")
    expect(reader.page).to_have_url(re.compile(rf"\?q={tag[:-1]}&topic=food-drink$"))
    expect(topics.get_by_role("button", name="Food & drink")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(topics.get_by_role("button", name="Baking")).to_have_count(0)
    expect(card).to_be_visible()
    reader.go(f"/discover?q={tag[:-1]}&topic=baking")
    expect(reader.page.get_by_text("No room matches")).to_be_visible()
    reader.page.reload()
    expect(reader.page.get_by_text("No room matches")).to_be_visible()
    expect(search).to_have_value(tag[:-1])
    reader.page.go_back()
    expect(card).to_be_visible()

    food = {t.slug: t for t in topic_tree.list_topics(deps, actor_id=admin.id)}["food-drink"]
    topic_tree.edit_topic(
        deps, actor_id=admin.id, topic_id=food.id, name="Eating well", parent_id=None
    )
    phone = desk.sit_down(stranger, **PHONE).go(f"/discover?tag={tag}")
    filed = phone.button("Rooms in Eating well")
    expect_finger_sized(filed, phone.button(f"Tag #{tag}, show all"))
    expect_no_sideways_scrolling(phone)
    filed.tap()
    expect(phone.page).to_have_url(re.compile(r"\?topic=food-drink$"))
