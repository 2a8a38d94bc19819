"""A class of the style sheet has one meaning."""

import re
from collections import defaultdict

from chatrooms.supervise.places import PROJECT

SECTION = re.compile(r"/\* -+ (.+?) -+ \*/")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS_ALONE = re.compile(r"\.([\w-]+)")


def selectors(css: str) -> list[str]:
    """The selectors of rules that stand in no other block, such as one for narrow screens."""
    found: list[str] = []
    depth, begun = 0, ""
    for char in COMMENT.sub("", css):
        if char == "{":
            if depth == 0 and not begun.strip().startswith("@"):
                found += [each.strip() for each in begun.split(",")]
            depth, begun = depth + 1, ""
        elif char in "};":
            depth, begun = depth - (char == "}"), ""
        else:
            begun += char
    return found


def test_no_class_is_defined_in_two_places() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for file in sorted((PROJECT / "assets").glob("*.css")):
        start, *sections = SECTION.split(file.read_text())
        for title, css in zip(["", *sections[::2]], [start, *sections[1::2]], strict=True):
            for each in selectors(css):
                if name := CLASS_ALONE.fullmatch(each):
                    places[name[1]].add(f"{file.name}: {title}")
    assert len(places) > 100
    assert {name: sorted(at) for name, at in places.items() if len(at) > 1} == {}
