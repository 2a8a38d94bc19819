"""The look's tokens: the Radix theme, the style sheet, the icon and the browser scripts."""

import reflex as rx

STYLESHEETS = ["/styles.css"]

_VIEWPORT = "width=device-width, initial-scale=1, interactive-widget=resizes-content"
"""Lets the on-screen keyboard shrink the page, so that the composer stays above it."""

theme = rx.theme(
    accent_color="iris",
    gray_color="slate",
    radius="medium",
    scaling="100%",
    panel_background="solid",
)
"""The Radix theme of every page: one accent (iris), slate neutrals, medium radius."""


def head() -> list[rx.Component]:
    """What every page's head carries: the icon and the scripts, all from this server."""
    return [
        rx.el.meta(name="viewport", content=_VIEWPORT),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.script(src="/js/main.js", type="module"),
    ]
