"""The browser's scripts use of each other only what they import."""

import re
from pathlib import Path

import pytest

from chatrooms.supervise.places import PROJECT

SCRIPTS = sorted((PROJECT / "assets" / "js").glob("*.js"))
EXPORT = re.compile(r"^export (?:async )?(?:const|function|class) (\w+)", re.MULTILINE)
IMPORT = re.compile(r"import (?:\* as (\w+)|\{([^}]*)\}) from")
EXPORTED = {name for file in SCRIPTS for name in EXPORT.findall(file.read_text())}
NO_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)


def known(text: str) -> set[str]:
    """Every name that a script imports or makes itself."""
    imported = {
        name.rpartition(" as ")[2].strip()
        for whole, names in IMPORT.findall(text)
        for name in (whole, *names.split(","))
    }
    made = set(re.findall(r"(?:const|let|function|class)\s+(\w+)", text))
    for unpacked in re.findall(r"(?:const|let)\s+[{\[]([^}\]]*)[}\]]\s*=", text):
        made |= set(re.findall(r"\w+", unpacked))
    parameters = re.findall(r"\(([^()]*)\)\s*(?:=>|\{)|(\w+)\s*=>", text)
    return imported | made | {w for each in parameters for w in re.findall(r"\w+", " ".join(each))}


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_imports_what_it_calls_of_others(file: Path) -> None:
    text = file.read_text()
    called = set(re.findall(r"(?<![\w.])(\w+)\(", NO_CODE.sub("", text)))
    assert not (called & EXPORTED) - known(text)


def test_every_export_is_found() -> None:
    assert {"find", "findAll", "say", "post"} <= EXPORTED
