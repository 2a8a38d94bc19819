"""Rooms that fell quiet, for what they could be asked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chatrooms.ml.ideas.room import Line, Room

BEGAN = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)

DATABASE = """
Ada: For the new billing service, should we go with Postgres or MySQL?
Bert: I'd take Postgres, its JSON support is much better.
Cleo: MySQL is what operations knows, though.
Ada: Hm, both true.
Dan: The build is green again, by the way.
"""

MEETING = """
Ada: so, should we meet Friday or Saturday
Bert: Saturday works for me
Cleo: I can't on Saturday, Friday evening is better
"""

DECIDED = (
    MEETING
    + """
Ada: ok, let's go with Friday then
"""
)

EDITORS = """
Ada: I prefer tabs over spaces, honestly.
Bert: No way, spaces are better than tabs.
Cleo: Not that again.
"""

GREENHOUSE = """
Ada: The greenhouse heater was replaced in March, the old thermostat is still in the shed.
Bert: Slugs got the lettuce again.
Cleo: Does anyone know how to calibrate the thermostat of the greenhouse heater?
"""

FILLER = """
Gus: Morning all, the gate was open again.
Hana: I closed it when I left at nine.
Gus: Then it must have been the delivery.
Ivo: They said they would ring next time.
Hana: The parcels are under the bench.
Gus: Nice, mine is the small one.
Ivo: Rain from noon on, they say.
Hana: I brought cake, it is on the table.
Gus: Half of it is gone already.
Ivo: That was not me.
Hana: The kettle needs descaling by the way.
Gus: On my list for Thursday.
Ivo: Somebody left gloves in the hall.
Hana: Those are mine, thanks.
Gus: See you at five.
Ivo: See you, I will lock up.
"""

TOMATOES = """
Ada: The tomatoes in bed four show brown spots on the lower leaves.
Bert: That looks like tomato blight, ours had brown spots in July as well.
Cleo: With the Moneymaker tomatoes I took the lower leaves off and mulched with straw.
Ada: Did the tomatoes recover after that?
Bert: Ours did, tomato plants are tougher than they look.
Dan: I water mine in the morning only.
Cleo: The compost heap is steaming.
Dan: As it should be in spring.
Ada: We could use a second wheelbarrow.
Bert: There is one behind the barn with a flat tyre.
Dan: I have a patch for that.
Cleo: Great, I will pump it up.
Ada: The seedlings need light.
Bert: Then off to the window with them.
Dan: Done, both trays.
"""


def room(conversation: str, *, name: str = "", tags: tuple[str, ...] = ()) -> Room:
    """The conversation as a room, a line each `Author: text`, numbered from 1, one a minute."""
    said = [line.split(": ", 1) for line in conversation.strip().splitlines() if line]
    lines = [
        Line(n, author, text, BEGAN + timedelta(minutes=n))
        for n, (author, text) in enumerate(said, start=1)
    ]
    return Room(tuple(lines), name=name, tags=tags)


def replying(lines: Sequence[Line], author: str, text: str, *, to: int, thread: bool) -> Line:
    """One more line, a reply to line `to` or in its thread."""
    n = len(lines) + 1
    at = BEGAN + timedelta(minutes=n)
    return Line(n, author, text, at, None if thread else to, to if thread else None)
