"""Whether a text can be read at all: it is English enough for a model that learnt English.

A text that cannot be read must not pass for a harmless one.
"""

from collections.abc import Iterable, Mapping, Set
from typing import Final, NamedTuple

from chatrooms.ml import lexicon
from chatrooms.ml.tokens import LINK
from chatrooms.ml.wordlist import words

MIN_KNOWN_LETTERS: Final = 0.5
"""Share of the letters that stand in words which English texts hold."""
MIN_KNOWN_WORDS: Final = 0.4
"""Or share of the words: names are long, and stand among short words."""
MIN_STRANGE_LETTERS: Final = 5
"""Fewer decide nothing: "hm", "ok", a typo."""
_MIN_COUNT: Final = 3
_OTHER_ALPHABETS: Final = "\u0250"
"""From here on letters are not Latin."""
_WIDE_SCRIPTS: Final = "\u2e80"
"""From here on a character is about a word, or a syllable."""
_WEIGHT_OF_OTHER: Final = 2
_WEIGHT_OF_WIDE: Final = 3

_OTHER_LANGUAGES: Final = frozenset(
    words("""
    der das und ist nicht ich sie wir ihr ein eine einen einem einer den dem mit auf auch aber wie
    wenn dass sind haben habe hast kein keine nur noch schon sehr mein meine dein deine sich mir
    dich mich uns euch bist wird werden nach bei aus vom zum zur oder weil immer heute morgen gut ja
    nein el los las una unos del que por para con pero como esta este esto eso es son muy mas porque
    cuando donde quien yo tu ella nosotros ellos mi su sus les nos se lo le hay fue ser estar tiene
    tengo hola gracias bueno buena todo todos nada aqui hoy si puta amigo casa mucho la des du une
    est et ne pas vous nous il elle ils avec sur dans qui mais ou au aux ce cette mon ton sa ses je
    tout tres bien oui merci bonjour suis etre faire di che non per sono come piu anche questo
    questa ma della nel ciao grazie perche nao voce uma isso muito com seu sua ele ela eu obrigado
    bom het een van niet dat ik wij zijn hebben maar ook naar voor met dit deze geen ve bir bu icin
    ile cok ben sen biz siz onlar degil var yok nasil evet hayir ama gibi kadar hai hain kya nahi
    nahin hum tum aap kar karo raha rahi rahe tha thi ka ki ke ko bhi aur yeh yaha mera mere tera
    tere apna kuch bahut accha acha bhai yaar matlab kaise kyun kyu ho hua yang dan ini itu tidak
    dengan untuk dari akan saya kamu dia kita mereka ada juga bisa sudah nie jest to na jak ale czy
    co mam ty on ona jestem bardzo dobrze och att det som ar inte jag han hon vi ett pa av
    """)
) - frozenset(
    words("""
    la me je du ne le on to ho see van per di sa son si se co con es ma mi ton bin den no ser una
    das loco mas dem hum ja sen ben var ada fue casa
    """)
)


class Letters(NamedTuple):
    """What speaks for and against English in a word, or in a text."""

    known: int = 0
    strange: int = 0
    known_words: int = 0
    strange_words: int = 0


NOTHING: Final = Letters()


def english_words(counts: Mapping[str, int]) -> list[str]:
    """The words that show that a text is English.

    `counts`: how often each word stands in the training texts.
    """
    usual = {word for word, count in counts.items() if count >= _MIN_COUNT and word.isascii()}
    return sorted((usual | lexicon.ABUSIVE | lexicon.HARMLESS) - _OTHER_LANGUAGES)


def letters_of(word: str, english: Set[str]) -> Letters:
    """What the word says about the language. Digits, signs, emoji, links and sounds like "hmm" say
    nothing.
    """
    if word == LINK or not word[0].isalpha() or (len(set(word)) <= 2 and word.isascii()):
        return NOTHING
    if word in english or _is_near(word, english):
        return Letters(known=len(word), known_words=1)
    other = sum(_OTHER_ALPHABETS <= character < _WIDE_SCRIPTS for character in word)
    wide = sum(character >= _WIDE_SCRIPTS for character in word)
    weight = len(word) + (_WEIGHT_OF_OTHER - 1) * other + (_WEIGHT_OF_WIDE - 1) * wide
    return Letters(strange=weight, strange_words=1)


def can_be_read(words: Iterable[Letters]) -> bool:
    """Whether a text of these words is English enough. A text without letters is: it says nothing
    that could be abuse by words.
    """
    known, strange, known_words, strange_words = NOTHING
    for word in words:
        known += word.known
        strange += word.strange
        known_words += word.known_words
        strange_words += word.strange_words
    if strange < MIN_STRANGE_LETTERS or known >= MIN_KNOWN_LETTERS * (known + strange):
        return True
    return known_words >= MIN_KNOWN_WORDS * (known_words + strange_words)


def _is_near(word: str, english: Set[str]) -> bool:
    """Whether it is an English word with an ending, or with two letters swapped."""
    stem, _, ending = word.partition("'")
    if ending:
        return stem in english
    if any(
        word.endswith(suffix) and len(word) - len(suffix) >= 4 and word[: -len(suffix)] in english
        for suffix in ("s", "ed", "er", "ing", "ly", "ness", "ers", "able", "less")
    ):
        return True
    return len(word) >= 4 and any(
        word[:i] + word[i + 1] + word[i] + word[i + 2 :] in english for i in range(len(word) - 1)
    )
