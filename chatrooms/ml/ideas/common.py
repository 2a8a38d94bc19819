"""Words of every chat, which say nothing about what a room talks about."""

from typing import Final

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from chatrooms.ml.retrieve.wording import stem
from chatrooms.ml.wordlist import words

EMPTY: Final = frozenset(stem(word) for word in ENGLISH_STOP_WORDS) | {"do", "doe", "did"}
"""Stems of words that say nothing by themselves."""

GENERIC: Final = EMPTY | {
    stem(word)
    for word in words("""
    able actual actually add added again ago agree ah already alright also always amazing answer
    anybody anymore anyone anything anyway app approach apparently area around ask asked asking
    available awesome away back bad based basic basically begin believe best better big bit break
    bring btw bunch bye call came case cause chance change chat check choose class clear click close
    code cool correct could couple course create current currently cya damn dat day days decide
    definitely depends different difficult doesn't don't done dude easier easily easy edit else end
    enjoy enough especially ever everybody everyone everything exactly example except exist explain
    extra fact fail far fast feel figure file files fine first fix folks follow free friend full fun
    function gave general get getting give glad go goes going gonna good got great group guess guy
    guys haha happen happened happy hard hate haven't head hear heard hello help helpful here hey hi
    hit hmm hold home hope hour hours however huh i'd i'll i'm i've idea idk important instead issue
    it's it'll job join just keep kind kinda knew know known last lately later learn learned
    learning
    least leave left let let's level life like line link list little live lol long look looked
    looking looks lot lots love main make makes making man many matter maybe mean means meant
    mention
    message mind minute minutes month months morning move much must name need needed needs never new
    next nice night none nope nothing number obviously often oh ok okay old one ones online open
    option order oh other others out page part particular pass people perfect perhaps person place
    plan play please plus point possible post pretty probably problem problems program project put
    question questions quick quite ran read reading ready real realize really reason recent
    recommend remember reply result right room run running sad said save saw say saying second see
    seem seems seen send sense set several share short show simple simply since single site small
    some somebody someone something sometimes soon sorry sort sound sounds specific spend start
    started starting stay step still stop stuff sucks suggest super suppose supposed sure take taken
    talk talking tell tested test thank thanks that'll that's there's they're thing things think
    thinking though thought thread time times today tomorrow tonight took top topic totally tried
    true try trying turn type type understand update use used useful user using usually version
    want wanted was wasn't watch way week weekend weeks welcome well went what's whatever whole
    wish with won't wonder wondering word words work worked working works world worry would wouldn't
    wow write writing wrong wrote yeah year years yep yes yesterday yet yo you'll you're you've yup
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december pls plz thx ty wanna ya im dont cant ive id u ur
    r yea nah tho cuz gotta em guy anyways hopefully honestly luck nobody noone everywhere
    amount support supports error errors default
    couldn't didn't can't isn't aren't shouldn't hadn't hasn't doing having being half side
    """)
}
"""Stems."""
