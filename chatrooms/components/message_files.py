"""The files of a message."""

import reflex as rx
from reflex_components_core.el.elements.inline import A

from chatrooms.components.controls import icon
from chatrooms.state.rows import FileRow


def message_files(files: rx.Var[list[FileRow]]) -> rx.Component:
    """Pictures in small, other files as cards."""
    return rx.cond(
        files.length() > 0, rx.el.div(rx.foreach(files, _message_file), class_name="files")
    )


def _message_file(file: rx.Var[FileRow]) -> rx.Component:
    return rx.cond(file.is_picture, _picture(file), _card(file))


def _picture(file: rx.Var[FileRow]) -> rx.Component:
    """A picture that `lightbox.js` opens in large. Its place is kept while it is on its way."""
    return rx.el.button(
        rx.el.img(
            src=file.url + "/thumbnail",
            alt=file.name,
            width=file.width,
            height=file.height,
            loading="lazy",
            custom_attrs={"style": {"aspectRatio": file.width / file.height}},
        ),
        type="button",
        class_name="picture",
        aria_label="Open " + file.name,
        title=file.name,
        custom_attrs={"data-picture": file.url, "data-name": file.name},
    )


def _card(file: rx.Var[FileRow]) -> rx.Component:
    return A.create(
        icon("file", 20),
        rx.el.span(
            rx.el.b(file.name, class_name="cut"), rx.el.small(file.size), class_name="stack grow"
        ),
        icon("download"),
        href=file.url,
        download=file.name,
        class_name="file-card",
        aria_label="Download " + file.name + ", " + file.size,
    )
