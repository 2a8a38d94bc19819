"""Words that the normaliser and the features know by hand.

The lists say which spellings are worth repairing and which words stand for a kind of thing. They
decide nothing: what a word weighs is learnt.
"""

from typing import Final

from chatrooms.ml.wordlist import words

ABUSIVE: Final = frozenset(
    words("""
    arse arsehole arseholes ass asses asshole assholes asshat asshats asswipe bastard bastards bimbo
    bitch bitches bitching bitchy blowjob bollocks boob boobs bullshit bugger clown coon coons cock
    cocks cocksucker cocksuckers cocksucking coward cowards crap cretin cretins cripple cripples
    cuck cucks cum cumming cunt cunts cunty dick dicks dickhead dickheads dickless dipshit dirtbag
    douche douchebag douchebags dumb dumbass dumbasses dumber dumbest dumbfuck dyke dykes fag faggot
    faggots fags fatass fatso fatty filth filthy freak freaks fuck fucked fucker fuckers fuckface
    fuckhead fuckin fucking fucks fuckwit garbage goddamn gook gooks gypsy hag halfwit hate hoe hoes
    homo homos hooker idiot idiotic idiots imbecile imbeciles jackass jerk jerks jizz kike kikes
    kill killing loser losers lunatic moron moronic morons motherfucker motherfuckers motherfucking
    muppet nazi nazis negro nigga niggas nigger niggers nutjob paki pakis parasite pathetic pedo
    pedophile penis pervert perverts pig pigs piss pissed porn prick pricks pussies pussy rape raped
    rapist raghead retard retarded retards scum scumbag scumbags sex shit shits shitbag shithead
    shithole shitty sicko simp skank slag slags slave slut sluts slutty spastic spic spics stfu
    stupid stupidity sucker suck sucks suicide terrorist thot thots tit tits towelhead tranny
    trannies trash troll turd turds twat twats ugly useless vermin wanker wankers weirdo wetback
    wetbacks whore whores wimp worthless disgusting die death dead murder subhuman subhumans savages
    animals gay faggy lesbo libtard libtards incel jew jews muslim muslims
    """)
)
"""Spellings that people disguise, and that unknown words are compared with."""

COMMON_LOOKING: Final = frozenset(
    words("""
    hate kill killing die death dead murder animals savages pig pigs crap sex gay jew jews garbage
    trash filth muslim muslims ugly porn hag hags cock cocks tit tits cum hoe hoes coon coons dyke
    clown clowns freak freaks suck sucks slave black hooker jerk jerks simp terrorist useless dick
    dicks ass slag slags pathetic suicide paki pakis troll cuck homo homos coward cowards incel
    """)
)
"""Words that others resemble, or hold, too often by accident."""

MASKED: Final = tuple(
    words("""
    fuck shit bitch cunt dick cock pussy ass asshole whore slut nigger nigga faggot fag retard
    bastard fucking fucked fucker fuckers fucks motherfucker motherfucking bullshit shitty bitches
    dickhead assholes bastards cunts dicks cocks sluts whores faggots retards retarded niggers
    niggas idiot idiots moron morons stupid dumbass kill kys rape twat prick pricks wanker wankers
    tits crap piss pissed shithead cocksucker scum tranny kike spic dyke coon paki damn hell idiotic
    pathetic loser losers ugly trash worthless porn sex suck sucks die hate dumb jerk
    """)
)
"""What letters hidden behind stars and the like most often spell, most frequent first."""

FIRM_SPELLINGS: Final = {
    "fuk": "fuck",
    "fuq": "fuck",
    "fck": "fuck",
    "fcuk": "fuck",
    "phuck": "fuck",
    "phuk": "fuck",
    "fukin": "fucking",
    "fuckn": "fucking",
    "fukn": "fucking",
    "fkn": "fucking",
    "fkin": "fucking",
    "fking": "fucking",
    "fuking": "fucking",
    "biatch": "bitch",
    "biotch": "bitch",
    "beetch": "bitch",
    "azz": "ass",
    "azzhole": "asshole",
    "sht": "shit",
    "shyt": "shit",
    "btch": "bitch",
    "cnt": "cunt",
    "kunt": "cunt",
    "dik": "dick",
    "dck": "dick",
    "stoopid": "stupid",
    "stewpid": "stupid",
    "eediot": "idiot",
    "idjit": "idiot",
    "morron": "moron",
    "niqqa": "nigga",
    "niqqer": "nigger",
    "phag": "fag",
    "phaggot": "faggot",
    "hore": "whore",
    "pu55y": "pussy",
    "pssy": "pussy",
    "p3n15": "penis",
    "wh0re": "whore",
    "loozer": "loser",
    "looser": "loser",
    "unalive": "kill",
    "kys": "kys",
}
"""Respellings with one reading."""

HARMLESS: Final = frozenset(
    words("""
    scunthorpe penistone clitheroe lightwater essex sussex middlesex wessex cockburn cockburnspath
    cockfosters cockermouth cockatoo cockatiel cockpit cockroach cockroaches cocktail cocktails
    cocker cockle cockles cockney peacock peacocks hancock hitchcock woodcock babcock alcock leacock
    adcock shuttlecock shuttlecocks stopcock weathercock gamecock gamecocks haycock dickens
    dickinson dickson dickie dickens' dickerson benedick moby titan titanic titanium titans title
    titled titles titian titmouse institute institution constitution restitution substitute
    competition petition repetition partition attitude altitude latitude gratitude titration
    assassin assassins assassination assault assaulted assay assembly assemble assemblies assert
    assertion assertions assess assesses assessed assessment assessor asset assets assign assigned
    assignment assignments assist assistant assistance associate associated association assorted
    assume assumed assumption assure assured bass bassist bassoon brass brassy bypass bypassed
    carcass cassette class classes classic classical classify classroom classmate compass embassy
    glass glasses grass harass harassed harassment lass lasso mass massachusetts massage massive
    molasses pass passage passenger passed passes passing passion passionate passive passport
    password passwords sassy surpass trespass ambassador embarrass embarrassed canvass morass
    cassandra vassal analysis analyst analytics analog analogue banal canal canals final finally
    penalty penal arsenal arsenic arson parse parsed parser parsing sparse coarse hoarse rehearse
    rehearsal cumin cumulative cumulus cumbersome cucumber cucumbers document documents
    documentation circumstance circumvent accumulate incumbent cumberland encumber vacuum scum scuba
    shitake shiitake shittim mishit matsushita shih takeshita hello shell shelly michelle rochelle
    helling seychelles hellas hellenic othello fukuoka fukushima fukuyama fuku fukuda phuc phuket
    phuong fuchs fuchsia fucker' futurama niger nigeria nigerian nigerians snigger sniggered niggle
    niggling niggardly renege vinegar raccoon raccoons tycoon cocoon cocoons coonhound faggot' fagin
    fagioli leafage cardiff dyked vandyke klondike van dike dikes hike rapeseed grape grapes drape
    drapes scrape scraped scraper trapeze therapist therapists therapy therapeutic rapid rapids
    rapport parapet sexton sextant sextet sussexes unisex bisexual asexual homosexual heterosexual
    sexuality homogeneous homogenous homology homonym homophone homeowner homo-sapiens homeostasis
    homestead niche pigment pigeon pigeons spigot piglet piggyback dickcissel booby boobies
    boobytrap tit tits' bluetit bustard bastardise mustard custard bastille pussycat pussyfoot
    pussywillow pricked prickly prickle pricking whoreson slutsky slotted spice spices spicy spick
    auspices despicable conspicuous suspicion suspicious hospice wank' swank swanky twang twatt
    rectory director directory erection election skanky skank' wop wopbopaloobop chink chinks kinks
    kinky execute executed executor execution prosecute persecute nazionale knightly nightly nitpick
    nitrogen fatigue father fathom fatality fatty gaylord gayle gaynor gaya lesbos puzzle killjoy
    skill skills skilled skillet kilt kiln painkiller killarney diet diesel dietary audience soldier
    indies birdie studied methinks expertsexchange manslaughter slaughter laughter gunners mishap
    misspell misspelled misspelling pissarro pissoir shitzu shihtzu tzu kumquat squat squats twitter
    twit twitch python javascript typescript kubernetes docker nginx redis celery postgres
    postgresql github gitlab linux ubuntu debian kernel async await stdout stderr config localhost
    repo regex json yaml
    """)
) - frozenset(("tit", "scum", "wop", "van"))
"""Words that hold another word by accident; never taken apart or repaired."""

IDENTITIES: Final = frozenset(
    words("""
    gay gays lesbian lesbians bisexual bi trans transgender transsexual queer lgbt lgbtq homosexual
    homosexuals heterosexual straight nonbinary asexual muslim muslims islam islamic jew jews jewish
    judaism christian christians catholic catholics protestant hindu hindus sikh sikhs buddhist
    buddhists atheist atheists mormon mormons black blacks white whites asian asians african
    africans arab arabs chinese japanese korean koreans indian indians pakistani pakistanis mexican
    mexicans latino latina latinos hispanic hispanics american americans european europeans canadian
    british irish german germans french russian russians polish turkish turks iranian iraqi syrian
    syrians palestinian palestinians israeli israelis nigerian somali somalis romani roma gypsies
    native indigenous aboriginal immigrant immigrants migrant migrants refugee refugees foreigner
    foreigners woman women female females girl girls lady ladies man men male males boy boys wife
    wives mother mothers disabled disability disabilities blind deaf autistic autism paralyzed
    wheelchair elderly old young teenage teenagers feminist feminists
    """)
)
"""Groups that people belong to: naming one is no abuse."""
