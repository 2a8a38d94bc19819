"""Every setting is explained, in the code and to the reader."""

from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from chatrooms.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
FIELDS = sorted(Settings.model_fields.items())


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_each_setting_has_a_default_and_a_sentence(name: str, field: FieldInfo) -> None:
    assert not field.is_required()
    assert field.description
    assert field.description.endswith(".")


@pytest.mark.parametrize("name", [name for name, _ in FIELDS])
def test_the_readme_lists_each_setting(name: str) -> None:
    assert f"`{name.upper()}`" in (PROJECT / "README.md").read_text(encoding="utf-8")
