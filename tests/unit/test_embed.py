"""Vectors: recorded ones, and what must not change them.

The similarities of the sentences are those that the quick start of sentence-transformers prints for
this model, made with PyTorch. The coordinates were recorded from this code when it gave these.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chatrooms.ml.embed import by_torch, choose
from chatrooms.ml.embed.by_torch import MiniLMByTorch
from chatrooms.ml.embed.choose import choose_embedder, runs_on
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.lexical import Lexical
from chatrooms.ml.embed.minilm import MiniLM, find_weights
from chatrooms.ml.errors import ModelMismatch, ModelMissing

SENTENCES = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
SIMILAR = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
PLACES = [0, 1, 2, 100, 383]
RECORDED = [
    [0.01920, 0.12009, 0.15960, 0.02885, 0.05021],
    [-0.01869, 0.04152, 0.07432, 0.00233, 0.03188],
    [0.13650, 0.08227, -0.02526, 0.00301, -0.01076],
]

WEIGHTS = find_weights()
needs_weights = pytest.mark.skipif(
    WEIGHTS is None, reason="the weights of MiniLM are not installed; script/setup said so"
)


needs_torch = pytest.mark.skipif(
    not by_torch.is_installed(), reason="sentence-transformers is not installed, nor need it be"
)
BY_NUMPY = pytest.param(MiniLM, id="NumPy")
BY_TORCH = pytest.param(MiniLMByTorch, id="sentence-transformers", marks=needs_torch)


@pytest.fixture(scope="module", params=[BY_NUMPY, BY_TORCH])
def minilm(request: pytest.FixtureRequest) -> Embedder:
    """MiniLM in each way in which it can be computed here."""
    assert WEIGHTS is not None
    return request.param(WEIGHTS)


@needs_weights
def test_minilm_gives_the_recorded_vectors(minilm: Embedder) -> None:
    vectors = minilm.embed(SENTENCES)
    assert vectors[:, PLACES] == pytest.approx(np.array(RECORDED), abs=2e-5)
    assert vectors @ vectors.T == pytest.approx(np.array(SIMILAR), abs=1e-4)


@needs_weights
def test_what_stands_in_the_same_batch_changes_nothing(minilm: Embedder) -> None:
    long = "and then we talked about the drive to the lake " * 12
    together = minilm.embed([long, *SENTENCES, "", *["ok"] * 40])
    alone = np.vstack([minilm.embed([each]) for each in [long, *SENTENCES, "", "ok"]])
    assert together[:6] == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    assert minilm.embed([]).shape == (0, 384)


@needs_weights
def test_minilm_reads_256_tokens_and_no_further(minilm: Embedder) -> None:
    # 254 words and the two marks around them.
    whole, beyond, short = minilm.embed(["sun " * 254, "sun " * 254 + "moon rises", "sun " * 253])
    assert beyond == pytest.approx(whole, abs=1e-6)
    assert np.abs(short - whole).max() > 1e-5


@needs_weights
@pytest.mark.parametrize("by", [BY_NUMPY, BY_TORCH])
def test_weights_that_are_not_the_published_ones_are_refused(
    tmp_path: Path, by: Callable[[Path], Embedder]
) -> None:
    assert WEIGHTS is not None
    shutil.copytree(WEIGHTS, tmp_path, dirs_exist_ok=True)
    by(tmp_path)
    weights = tmp_path / "model.safetensors"
    with weights.open("r+b") as raw:
        raw.seek(-1, os.SEEK_END)
        last = raw.read(1)[0]
        raw.seek(-1, os.SEEK_END)
        raw.write(bytes([last ^ 1]))
    with pytest.raises(ModelMismatch, match="is not the published model"):
        by(tmp_path)


def test_the_lexical_embedder_sees_wording_through_spelling() -> None:
    vectors = Lexical().embed(["restart the server", "restarting servers", "a walk in the park"])
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert near > 0.3 > 0.1 > far
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert not Lexical().embed(["  "]).any()


def test_auto_goes_on_without_weights_and_minilm_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choose, "find_weights", lambda: None)
    assert choose_embedder("auto").name == "lexical"
    with pytest.raises(ModelMissing, match=r"requirements-minilm\.txt"):
        choose_embedder("minilm")


@needs_weights
def test_auto_takes_minilm_where_its_weights_are() -> None:
    assert choose_embedder("auto").name == "minilm"
    assert choose_embedder("lexical").name == "lexical"


@needs_weights
def test_sentence_transformers_is_used_if_somebody_installed_it_and_its_fault_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(by_torch, "is_installed", lambda: False)
    assert runs_on("minilm") == "NumPy"
    assert isinstance(choose_embedder("minilm"), MiniLM)
    # It is found, and cannot be imported.
    monkeypatch.undo()
    (tmp_path / "sentence_transformers.py").write_text("raise ImportError('it is broken')")
    (tmp_path / "torch.py").write_text("def set_num_threads(count): pass")
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("sentence_transformers", "torch"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert runs_on("auto") == "sentence-transformers"
    assert runs_on("lexical") == ""
    with pytest.raises(ModelMissing, match=r"it is broken.*uninstall"):
        choose_embedder("minilm")


def test_nothing_is_imported_to_tell_what_would_compute_the_vectors() -> None:
    told = """
import sys
from chatrooms.ml.embed.choose import runs_on
assert runs_on("auto") in ("", "NumPy", "sentence-transformers")
print([each for each in ("torch", "sentence_transformers", "onnxruntime") if each in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
