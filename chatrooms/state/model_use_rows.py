"""What the administrator's page shows of the language model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CostRow:
    """What the calls of one day or one room took, as it is shown."""

    label: str = ""
    slug: str = ""
    """Of a room; empty for a day, and for what was for no room."""
    calls: str = ""
    shown: str = ""
    """Tokens that the model was shown."""
    written: str = ""
    """Tokens that it wrote."""
    dollars: str = ""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """The model in use."""

    name: str = ""
    """Empty until it is loaded, and for others than administrators."""
    is_built_in: bool = True
    is_refusing: bool = False
    server: str = ""
    total: CostRow = CostRow()


@dataclass(frozen=True, slots=True)
class IndexRow:
    """How messages are found by meaning."""

    embedder: str = ""
    progress: str = ""
    """How far the index is, in words."""
    is_away: bool = False
    """Whether the index does not answer."""
