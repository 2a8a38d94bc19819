"""Kinds of tokens, so that "you are a <insult>" is one pattern for all insults.

Words of grammar stand for themselves, words of the lists below for their list, all others for how
strongly they lean towards abuse in the training texts.
"""

from typing import Final

from chatrooms.ml import lexicon
from chatrooms.ml.wordlist import words

_GRAMMAR: Final = frozenset(
    words("""
    a an the this that these those some all every any no not never n't and or but if because as so
    than of in on at to for from with by about against out up off down over into is are was were be
    been being am im i'm it's isn't aren't don't dont doesn't didn't can't cant cannot won't can
    could would should will must may might do does did have has had how what who why when where
    which whose like just only even very really too such more most less here there now then again go
    get let ? ! . , " ' : ( ) * httpurl @user 0
    """)
)
_LISTS: Final = {
    "YOU": """
        you u ya your ur yours yourself yourselves you're youre you've you'll urself yer ye
        y'all yall
    """,
    "ME": """
        i me my mine myself i've i'll i'd
    """,
    "WE": """
        we us our ours ourselves we're we've
    """,
    "THEY": """
        they them their theirs themselves they're he him his himself she her hers herself he's
        she's
    """,
    "PEOPLE": """
        people person guy guys man folks someone anyone everyone somebody anybody everybody kid
        kids lot bunch group race kind types
    """,
    "SAY": """
        say says said saying call called calls calling tell told tells telling write wrote
        writes written quote quotes quoted report reported reporting reports word words slur
        slurs term phrase insult insults message messages shouted yelled spam spamming posting
        posted comment comments
    """,
    "VIOLENCE": """
        kill killed kills shoot shot hang hanged burn burned beat beaten punch stab lynch gas
        gassed exterminate exterminated slaughter murder murdered choke strangle drown destroy
        hurt bomb execute behead deport deported die dies dead death rape hung lynched
        slaughtered butcher butchered torture tortured executed eliminate eliminated eradicate
        eradicated annihilate castrate castrated stabbed punched slap slapped smash whip whipped
        strangled drowned bombed beheaded wipe wiped crush attack attacked hunt hunted harm harmed
        cage caged enslave enslaved imprison imprisoned expel expelled sterilise sterilised
        sterilize sterilized hanging shooting stabbing beating murdering burning
    """,
    "HATRED": """
        hate hates hated hating hatred despise despises despised detest detests detested loathe
        loathes loathed loathing abhor abhors resent resents dislike dislikes contempt disgust
        disgusts disgusted repelled revulsion
    """,
    "VERMIN": """
        vermin rats roaches cockroaches lice leeches fleas ticks maggots insects worms slugs
        swine pigs dogs apes monkeys beasts brutes savages monsters parasites pests plague virus
        cancer tumour tumor poison disease filth dirt scum trash garbage slime germs subhuman
        subhumans animals cattle livestock demons devils mutants hyenas vultures infection
    """,
    "VILE": """
        disgusting repulsive vile nasty gross dirty filthy smelly worthless useless inferior
        evil wicked corrupt rotten perverted primitive backward barbaric uncivilised uncivilized
        untrustworthy immoral shameless revolting sickening vicious treacherous loathsome
        contemptible abnormal unnatural hideous repugnant despicable abhorrent
    """,
    "SWEAR": """
        fuck fucking fuckin fucked shit shitty damn goddamn hell crap ass bloody bullshit piss
        pissed wtf lmao lmfao omfg af effing freaking bitchin badass damned dammit
    """,
    "THING": """
        code bug bugs build server process thread job task test tests script function compiler
        browser laptop computer phone app game boss level map update patch file database db
        query driver kernel printer internet wifi router weather traffic movie film song book
        food pizza coffee morning monday car bus train exam homework meeting deadline keyboard
        docker git branch pod node container
    """,
    "WARM": """
        love loved thanks thank congrats congratulations awesome amazing great cool nice
        beautiful proud happy glad lol haha lmao best favourite favorite please sorry welcome
        legend brilliant
    """,
}
_STRONG: Final = lexicon.ABUSIVE - frozenset(
    words("""
    gay jew jews muslim muslims sex kill killing die death dead murder hate animals suck sucks trash
    garbage ugly porn penis lesbo slave filth filthy savages suicide black boob boobs disgusting
    useless pathetic terrorist fuck fucking fucked fuckin shit shitty goddamn crap ass bullshit piss
    pissed
    """)
)


def listed_kinds() -> dict[str, str]:
    """Token -> kind, for all tokens that the lists above know."""
    kinds = dict.fromkeys(sorted(_STRONG), "INSULT")
    kinds |= dict.fromkeys(sorted(lexicon.IDENTITIES), "GROUP")
    for kind, members in _LISTS.items():
        kinds |= dict.fromkeys(members.split(), kind)
    return kinds | {word: word for word in sorted(_GRAMMAR)}


def leaning(log_ratio: float) -> str:
    """The kind of a word by how much more often it stands in abusive texts.

    `log_ratio`: natural logarithm of the ratio of its shares in abusive and harmless texts.
    """
    for limit, kind in ((2.0, "+3"), (1.0, "+2"), (0.4, "+1"), (-0.4, "~"), (-1.2, "-1")):
        if log_ratio > limit:
            return kind
    return "-2"


UNKNOWN: Final = "*"
"""The kind of a word that the training texts hardly hold."""
