"""Which ideas for a room are the same: by their words, and by what they mean."""

import pytest

from chatrooms.ml.alike import IN_MEANING, IN_WORDS, in_meaning, in_words
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.minilm import MiniLM, find_weights

WEIGHTS = find_weights()
needs_weights = pytest.mark.skipif(
    WEIGHTS is None, reason="the weights of MiniLM are not installed; script/setup said so"
)
MEET = "When do we meet for the repair evening?\nFriday\nSaturday"
STACK = "Which stack for the new website?\nDjango\nReflex"
BIKES = "Where do we store the bikes in winter?\nIn the cellar\nIn the shed"
COMPOST = "Composting in winter\nHow do you keep the heap going when it freezes?"
HEATER = (
    "Cleo asked how to calibrate the thermostat of the greenhouse heater, and nobody answered yet."
    " Has anyone of you done it before, with the dial or with a separate thermometer, and how far"
    " off was it afterwards?"
)
IN_OTHER_WORDS = [
    (MEET, "Which day suits everyone for our get-together to fix things?\nFriday\nSaturday"),
    (STACK, "What framework do we build our next site with?\nReflex\nDjango"),
    (BIKES, "A place for the bicycles from November on\nShed\nCellar"),
    (COMPOST, "Compost and frost\nDoes your pile stay active in the cold, and how?"),
    (
        HEATER,
        "The question about adjusting the greenhouse heating is still open. Who knows a simple"
        " method to set the regulator correctly, perhaps by comparing it with a second thermometer"
        " over a night or two?",
    ),
]
OTHERS = [
    (MEET, "Where do we hold the repair evening?\nThe library\nThe school"),
    (MEET, "What do we repair first at the repair evening?\nToasters\nBicycles"),
    (STACK, "Where do we host the new website?\nAt home\nIn a data centre"),
    (BIKES, "Who services the bikes before winter?\nMia\nThe shop"),
    (COMPOST, "Compost for tomatoes\nHow much compost do you give your tomatoes in spring?"),
    (
        HEATER,
        "The greenhouse heater was replaced in March, and since then nobody spoke about what it"
        " costs. Does anybody know how much the new one takes on a cold night?",
    ),
    # Choices alone tell nothing.
    ("Shall we move the call?\nYes\nNo", "Do we allow dogs in the garden?\nYes\nNo"),
]


@pytest.fixture(scope="module")
def minilm() -> Embedder:
    """The embedder of meaning."""
    assert WEIGHTS is not None
    return MiniLM(WEIGHTS)


@needs_weights
@pytest.mark.parametrize(("known", "idea"), IN_OTHER_WORDS)
def test_the_same_idea_in_other_words_is_known(minilm: Embedder, known: str, idea: str) -> None:
    assert in_words(idea, [known]) < IN_WORDS
    assert in_meaning(minilm, idea, [known]) >= IN_MEANING[minilm.key]


@needs_weights
@pytest.mark.parametrize(("known", "idea"), OTHERS)
def test_another_idea_on_the_same_subject_is_new(minilm: Embedder, known: str, idea: str) -> None:
    assert in_words(idea, [known]) < IN_WORDS
    assert in_meaning(minilm, idea, [known]) < IN_MEANING[minilm.key]


@needs_weights
def test_the_nearest_of_all_counts_whatever_stands_beside_it(minilm: Embedder) -> None:
    _, again = IN_OTHER_WORDS[0]
    known = [COMPOST, HEATER, MEET, BIKES]
    alone = in_meaning(minilm, again, [MEET])
    assert in_meaning(minilm, again, known) == pytest.approx(alone, abs=1e-5)


def test_the_same_words_are_known_whatever_their_order() -> None:
    assert in_words("Saturday\nFriday\nWhen do we meet for a repair evening", [MEET]) >= IN_WORDS
