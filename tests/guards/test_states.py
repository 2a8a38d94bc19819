"""State classes stay small, and nothing in them is an endpoint, a secret or a query by accident."""

import ast
import importlib
import inspect
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import reflex as rx

from chatrooms.adapters.bus import Own
from chatrooms.domain.assistant import Kind
from chatrooms.live.nudges import PageEvents
from chatrooms.state import rows
from chatrooms.supervise.places import PROJECT
from tests.support.tabs import every_state

STATE_FILES = sorted((PROJECT / "chatrooms" / "state").glob("*.py"))
MAX_LINES = 200
MAX_VARS = 14
SECRET = re.compile(r"token|hash|e?mail|password|secret|cookie", re.IGNORECASE)
PLAIN = {"str", "int", "bool", "float"}


def load_states() -> list[type[rx.State]]:
    importlib.import_module("chatrooms.chatrooms")
    return every_state()


STATES = load_states()
BY_NAME = pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)


def classes() -> list[tuple[Path, ast.ClassDef]]:
    found = []
    for file in STATE_FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and any(
                "State" in ast.unparse(b) for b in node.bases
            ):
                found.append((file, node))
    return found


CLASSES = classes()
BY_SOURCE = pytest.mark.parametrize(
    "node", [node for _, node in CLASSES], ids=lambda node: node.name
)


def test_every_state_class_is_found() -> None:
    assert {node.name for _, node in CLASSES} == {state.__name__ for state in STATES}
    assert len(STATES) >= 10


@BY_NAME
def test_a_state_has_one_concern(state: type[rx.State]) -> None:
    lines = inspect.getsource(state).count("\n")
    assert lines <= MAX_LINES, f"{state.__name__} has {lines} lines"
    assert len(own_vars(state)) <= MAX_VARS, sorted(own_vars(state))


@BY_NAME
def test_a_state_is_flat(state: type[rx.State]) -> None:
    assert state.__bases__ == (rx.State,)
    assert not state.get_substates()


def own_vars(state: Any) -> set[str]:
    return {*state.base_vars, *state.computed_vars}


@BY_SOURCE
def test_every_public_method_is_an_event_on_purpose(node: ast.ClassDef) -> None:
    for item in node.body:
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            decorators = {ast.unparse(each).partition("(")[0] for each in item.decorator_list}
            known = decorators & {
                "rx.event",
                "rx.var",
                "_override_base_method",
                "_replaces_builtin",
            }
            assert known or item.name.startswith("_"), f"{node.name}.{item.name} is an endpoint"


@BY_NAME
def test_no_endpoint_exists_that_the_source_does_not_show(state: type[rx.State]) -> None:
    (node,) = [node for _, node in CLASSES if node.name == state.__name__]
    written = {
        item.name
        for item in node.body
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
        and any("rx.event" in ast.unparse(each) for each in item.decorator_list)
    }
    # `setvar` is Reflex's own; it calls setters, of which there are none.
    assert set(state.event_handlers) - {"setvar"} == written
    inherited = set(dir(rx.State))
    assert not [n for n in dir(state) if n.startswith("set_") and n not in written | inherited]


@BY_NAME
def test_no_var_holds_a_secret_or_a_row_of_a_table(state: type[rx.State]) -> None:
    for name in own_vars(state):
        assert not SECRET.search(name), f"{state.__name__}.{name}"
        assert is_plain(state.get_fields()[name].annotated_type), f"{state.__name__}.{name}"


def is_plain(annotation: Any) -> bool:
    if get_origin(annotation) is dict:
        return all(is_plain(each) for each in get_args(annotation))
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    inner = re.sub(r".*[.\[]", "", text).rstrip("]")
    return inner in PLAIN or inner in rows.__all__


def test_the_rows_that_browsers_receive_name_no_secret() -> None:
    for name in rows.__all__:
        for field in getattr(rows, name).__dataclass_fields__:
            assert not SECRET.search(field), f"{name}.{field}"


@pytest.mark.parametrize("file", STATE_FILES, ids=lambda file: file.name)
def test_a_computed_var_reads_memory_only(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            ast.unparse(each).startswith("rx.var") for each in node.decorator_list
        ):
            source = ast.unparse(node)
            for word in ("off_loop", "services", "deps(", "await ", "transaction"):
                assert word not in source, f"{file.name}: {node.name} uses {word}"


def test_handlers_use_services_off_the_loop() -> None:
    """Each call of a service in a handler's module goes through `off_loop`."""
    for file in STATE_FILES:
        tree = ast.parse(file.read_text())
        services = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "chatrooms.services"
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                is_service = isinstance(owner, ast.Name) and owner.id in services
                assert not is_service, f"{file.name}: {ast.unparse(node.func)} blocks the loop"


@pytest.mark.parametrize("file", STATE_FILES, ids=lambda file: file.name)
def test_no_handler_keeps_its_tab_waiting(file: Path) -> None:
    """A tab runs one event after the other, so an event that sleeps stops all others."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            assert not ast.unparse(node.func).endswith("sleep"), f"{file.name}:{node.lineno}"


def test_what_the_hub_asks_pages_to_run_exists() -> None:
    from chatrooms.chatrooms import PAGE_EVENTS

    known = {f"{state.get_full_name()}.{name}" for state in STATES for name in state.event_handlers}
    every: list[Any] = [getattr(PAGE_EVENTS, field.name) for field in fields(PageEvents)]
    named: list[Mapping[Any, Any]] = [each for each in every if isinstance(each, Mapping)]
    asked = [each for each in every if not isinstance(each, Mapping)]
    for handlers in (*asked, *(handlers for each in named for handlers in each.values())):
        assert handlers
        assert set(handlers) <= known
    assert {*PAGE_EVENTS.own, "turns"} == set(get_args(Own))
    assert set(PAGE_EVENTS.turns) == {kind for kind in Kind if kind.is_private}
