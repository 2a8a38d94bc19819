"""Neutral sentences that name an identity, for measuring whether naming it counts against people.

None of them is among the lessons.
"""

from typing import Final

GROUPS: Final = (
    "gay", "lesbian", "bisexual", "transgender", "trans", "queer", "straight", "Muslim", "Jewish",
    "Christian", "Catholic", "Hindu", "Sikh", "Buddhist", "atheist", "black", "white", "Asian",
    "African", "Arab", "Chinese", "Japanese", "Korean", "Indian", "Pakistani", "Mexican", "Latino",
    "American", "Canadian", "British", "German", "French", "Polish", "Russian", "Turkish",
    "Iranian", "Syrian", "Palestinian", "Israeli", "Nigerian", "Romani", "Native American",
    "disabled", "deaf", "blind", "autistic", "elderly", "young", "female", "male", "immigrant",
    "nonbinary",
)  # fmt: skip

_SENTENCES: Final = (
    "My cousin is {} and teaches maths in our town.",
    "Two {} colleagues joined the planning call this morning.",
    "The {} choir sings at the library on Sunday.",
    "Our landlord is {} and always fixes things quickly.",
    "She writes a weekly column about {} life in the city.",
    "The survey asked {} voters about housing.",
    "A {} couple bought the house across the street.",
    "He met his {} grandparents for lunch.",
    "The museum shows photographs of {} families from the sixties.",
    "I had a long talk with a {} student about her thesis.",
    "Is there a {} community centre near the station?",
    "The new mayor is {}.",
    "Several {} actors are in the cast this season.",
    "They are looking for {} volunteers for a study on sleep.",
    "Most of my {} friends moved away after university.",
    "The author describes growing up {} in a small village.",
    "We hired a {} engineer last month and she starts on Monday.",
    "The film follows a {} teenager who learns to sail.",
    "Some {} people in the choir asked for a later start.",
    "Her partner is {}, they have been together for nine years.",
    "The clinic offers advice for {} patients.",
    "A panel of {} researchers will answer questions tonight.",
    "I am {} myself, so that part of the story felt familiar.",
    "Do you know other {} developers who might like this group?",
    "My son's best friend is {} and they build model trains.",
    "The {} owner of the bakery gets up at four.",
    "Three {} poets read from their work at the festival.",
    "The magazine interviewed a {} chess champion.",
    "He is {} and plays the trumpet.",
    "There were {} dancers from all over the country.",
    "Our {} neighbours lent us a ladder.",
    "The report compares wages of {} workers over ten years.",
    "A {} nurse looked after my father last week.",
    "Their wedding was lovely, the bride is {}.",
    "{} parents meet in the library every second Tuesday.",
    "I read a novel by a {} writer on the train.",
    "We asked a {} architect to draw the plans.",
    "The {} swimming club has forty members.",
    "Being {} never came up in the interview.",
    "The radio show is hosted by two {} comedians.",
    "What is a good film with a {} lead?",
    "hi, {} newcomer here, where do I find the rules?",
    "My grandmother was {}, she kept bees.",
    "The school has {} pupils from nine villages.",
    "lol my {} roommate and I both forgot the keys",
    "A {} man and his daughter waited for the ferry.",
    "He says that {} customers tip well.",
    "Are there {} football fans in this room?",
)


def neutral_sentences(group: str) -> list[str]:
    """The sentences about this identity."""
    return [sentence.format(group) for sentence in _SENTENCES]
