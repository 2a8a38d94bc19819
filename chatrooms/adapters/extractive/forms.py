"""Filling in a JSON schema from statements: how the built-in model calls tools and gives structured
output.

A field is filled by its shape, whatever it is called: a list of objects gets one per statement, of
an object a string gets the words and a list of numbers the citations.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chatrooms.adapters.extractive.writing import Statement

Schema = Mapping[str, Any]


def fill(schema: Schema, statements: Sequence[Statement]) -> dict[str, Any]:
    """Arguments for an object of this schema. Fields that cannot be filled are left out."""
    definitions = schema.get("$defs", {})
    fields = schema.get("properties", {})
    filled = {
        name: _value(_of(each, definitions), definitions, statements)
        for name, each in fields.items()
    }
    return {name: value for name, value in filled.items() if value is not None}


def text_field(schema: Schema) -> str | None:
    """The only required field that is a string, such as the query of a search."""
    fields = schema.get("properties", {})
    needed = [name for name in schema.get("required", []) if fields[name].get("type") == "string"]
    return needed[0] if len(needed) == 1 == len(schema.get("required", [])) else None


def _of(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref", "")
    return definitions.get(reference.rpartition("/")[2], {}) if reference else schema


def _value(schema: Schema, definitions: Schema, statements: Sequence[Statement]) -> Any:
    kind = schema.get("type")
    if kind == "string":
        return "\n".join(each.text for each in statements)
    if kind == "object":
        return fill({**schema, "$defs": definitions}, statements)
    if kind != "array":
        return None
    inner = _of(schema.get("items", {}), definitions)
    if inner.get("type") in ("integer", "number"):
        return list(dict.fromkeys(n for each in statements for n in each.cites))
    if inner.get("type") == "string":
        return [each.text for each in statements]
    return [fill({**inner, "$defs": definitions}, [each]) for each in statements]
