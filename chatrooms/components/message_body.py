"""A message's Markdown, made harmless: no raw HTML, no images fetched, only web and mail links."""

from typing import Any

import reflex as rx
from reflex_base.components.component import field
from reflex_base.vars.base import Var
from reflex_components_code.code import CodeBlock, Theme
from reflex_components_markdown.markdown import Markdown

from chatrooms.components.browser import function
from chatrooms.components.controls import icon, outside_link
from chatrooms.state.session import SessionState

BREAKS = rx.markdown.plugin("remark-breaks@4.0.0", "remarkBreaks")
_PROPS = Var("props").to(dict)
_NO_INLINE_COLOURS = Var("{}", _var_type=Theme)


class SafeMarkdown(Markdown):
    """Reflex's Markdown with a filter on the addresses that links may have."""

    url_transform: Var[Any] = field(doc="Returns the address to use, or undefined for none.")


class ClassedCode(CodeBlock):
    """Reflex's highlighted code with classes for the style sheet in place of inline colours."""

    use_inline_styles: Var[bool] = field(doc="Whether tokens carry their colours themselves.")


@rx.memo
def message_body(text: rx.Var[str], mentions: rx.Var[str]) -> rx.Component:
    """A message's text as formatted content, with the user names in `mentions` marked. Parsed
    again only when the text changes."""
    return rx.el.div(
        SafeMarkdown.create(
            text,
            component_map=_component_map(),
            remark_plugins=rx.Var.create([rx.markdown.plugin.gfm, BREAKS]),
            rehype_plugins=rx.Var.create(
                [
                    [
                        function("rehypeMentions"),
                        {"me": SessionState.me.username, "meant": mentions},
                    ]
                ]
            ),
            url_transform=function("webAddress"),
        ),
        class_name="prose",
    )


def _component_map() -> dict:
    return {**text_components(), "a": outside_link, "img": _image_link}


def text_components() -> dict:
    """What Markdown becomes that is only text."""
    headings = {f"h{level}": _heading for level in range(1, 7)}
    return {
        **headings,
        "p": rx.el.p,
        "ul": rx.el.ul,
        "ol": rx.el.ol,
        "li": rx.el.li,
        "code": rx.el.code,
        "pre": _code_block,
    }


def _heading(text: Var) -> rx.Component:
    return rx.el.p(text, class_name="prose-heading")


def _image_link(_text: Var) -> rx.Component:
    """An image as a link: the reader's browser asks other hosts for nothing by itself."""
    return outside_link(
        icon("image", 14),
        rx.cond(_PROPS["alt"], _PROPS["alt"].to(str), "Image"),
        href=_PROPS["src"].to(str),
        class_name="image-link",
    )


def _code_block(text: Var, **props) -> rx.Component:
    return ClassedCode.create(text, theme=_NO_INLINE_COLOURS, use_inline_styles=False, **props)
