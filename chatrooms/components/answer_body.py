"""What the assistant wrote, as formatted text. Nothing in it leads anywhere: the address of a link
is shown as text, and no picture is fetched."""

import reflex as rx

from chatrooms.components.browser import function
from chatrooms.components.message_body import BREAKS, SafeMarkdown, text_components


@rx.memo
def answer_body(text: rx.Var[str], sources: rx.Var[int]) -> rx.Component:
    """The text, with marks such as [2] set small if there are so many `sources`. Parsed again only
    when the text changes."""
    return rx.el.div(
        SafeMarkdown.create(
            text,
            component_map=text_components(),
            remark_plugins=rx.Var.create([rx.markdown.plugin.gfm, BREAKS]),
            rehype_plugins=rx.Var.create([[function("rehypeAnswer"), {"sources": sources}]]),
            url_transform=function("webAddress"),
        ),
        class_name="prose",
    )
