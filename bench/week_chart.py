"""A week of a room's agent as a picture: a row for each day, what kept it silent as coloured bands,
what was said as ticks, its runs as circles, and how long it pauses as a line."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from itertools import groupby

from bench.week import BEGIN, DAYS, DUE, Look, Week
from chatrooms.domain.agent import RunOutcome
from chatrooms.domain.agent_timing import NotNow

BANDS = {
    NotNow.EMPTY.value: ("#eef0f3", "nobody wrote yet"),
    NotNow.NOT_QUIET.value: ("#b9d8f2", "people talk, or did lately"),
    NotNow.OUTSIDE_HOURS.value: ("#d3d4da", "outside its hours"),
    NotNow.PAUSING.value: ("#f7e3b5", "pausing after a run"),
    NotNow.POSTS_SPENT.value: ("#f0c3c3", "as many posts as a day has"),
    NotNow.TOKENS_SPENT.value: ("#d9c3f0", "as many tokens as a day has"),
    DUE: ("#bfe5c8", "a run is due"),
}
_LEFT, _TOP, _HOUR, _ROW, _BAND = 56, 76, 32, 44, 28
_WIDTH = _LEFT + 24 * _HOUR + 24
_PAUSE_TOP, _PAUSE_HEIGHT = _TOP + DAYS * _ROW + 44, 90
_HEIGHT = _PAUSE_TOP + _PAUSE_HEIGHT + 36
_INK, _MUTED = "#1f2328", "#59636e"
_SPOKE, _ANSWERED = "#c4320a", "#1a7f37"


def chart(week: Week) -> str:
    """The picture as SVG, on a light ground of its own, so that it reads on any page."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        "<title>A simulated week of a room and its agent</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#ffffff"/>',
        *_legend(week),
        *_hours(),
        *_bands(week),
        *_ticks(week),
        *_circles(week),
        *_pauses(week),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(x: float, y: float, said: str, *, fill: str = _MUTED, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{fill}" text-anchor="{anchor}">{escape(said)}</text>'


def _legend(week: Week) -> Iterator[str]:
    met = {look.why for look in week.looks}
    x = _LEFT
    for why, (colour, said) in BANDS.items():
        if why in met:
            yield f'<rect x="{x}" y="14" width="14" height="14" rx="2" fill="{colour}"/>'
            yield _text(x + 19, 25, said, fill=_INK)
            x += 30 + round(6.4 * len(said))
    x = _LEFT
    for mark, said in (
        (f'<path d="M{{x}} 36v12" stroke="{_INK}" stroke-width="1"/>', "a message"),
        (_circle("{x}", 42, "#ffffff", _MUTED), "it looked and stayed silent"),
        (_circle("{x}", 42, _SPOKE, "#ffffff"), "it spoke, nobody answered"),
        (_circle("{x}", 42, _ANSWERED, "#ffffff"), "it spoke and was answered"),
    ):
        yield mark.replace("{x}", str(x + 7))
        yield _text(x + 19, 46, said, fill=_INK)
        x += 34 + round(6.4 * len(said))


def _hours() -> Iterator[str]:
    for hour in range(0, 25, 3):
        x = _LEFT + hour * _HOUR
        yield _text(x, _TOP - 6, f"{hour}:00", anchor="middle")
        yield (
            f'<path d="M{x} {_TOP}V{_TOP + DAYS * _ROW - _ROW + _BAND}" stroke="#e3e5e8"'
            ' stroke-width="1"/>'
        )
    for day in range(DAYS):
        name = (BEGIN + timedelta(days=day)).strftime("%a")
        yield _text(_LEFT - 10, _TOP + day * _ROW + 19, name, fill=_INK, anchor="end")


def _place(at: datetime) -> tuple[float, float]:
    """Where a moment is: x, and the top of its day's band."""
    passed = at - BEGIN
    hours = (passed - timedelta(days=passed.days)) / timedelta(hours=1)
    return round(_LEFT + hours * _HOUR, 1), _TOP + passed.days * _ROW


def _bands(week: Week) -> Iterator[str]:
    def kind(look: Look) -> tuple[int, str]:
        return (look.at - BEGIN).days, look.why

    for (_, why), found in groupby(week.looks, kind):
        looks = list(found)
        x, y = _place(looks[0].at)
        width = len(looks) * (week.plan.look_every / timedelta(hours=1)) * _HOUR
        yield (
            f'<rect x="{x:g}" y="{y}" width="{width:.1f}" height="{_BAND}" fill="{BANDS[why][0]}"/>'
        )


def _ticks(week: Week) -> Iterator[str]:
    for at in week.said_at:
        x, y = _place(at)
        yield f'<path d="M{x:g} {y + _BAND - 9}v9" stroke="{_INK}" stroke-width="0.8"/>'


def _circle(x: float | str, y: float, fill: str, stroke: str) -> str:
    return (
        f'<circle cx="{x}" cy="{y:g}" r="5.5" fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
    )


def _circles(week: Week) -> Iterator[str]:
    for run in week.runs:
        x, y = _place(run.begun_at)
        if run.outcome != RunOutcome.POSTED:
            yield _circle(x, y + _BAND / 2, "#ffffff", _MUTED)
        else:
            fill = _ANSWERED if run.message_id in week.answered else _SPOKE
            yield _circle(x, y + _BAND / 2, fill, "#ffffff")


def _pauses(week: Week) -> Iterator[str]:
    """How long it pauses after a run, over the week."""
    width, most = 24 * _HOUR, max(look.pause for look in week.looks)
    bottom = _PAUSE_TOP + _PAUSE_HEIGHT
    yield _text(_LEFT, _PAUSE_TOP - 10, "how long it pauses after a run", fill=_INK)
    step = timedelta(minutes=week.plan.settings.pause_min)
    while step <= most:
        y = round(bottom - _PAUSE_HEIGHT * (step / most), 1)
        yield f'<path d="M{_LEFT} {y:g}h{width}" stroke="#e3e5e8" stroke-width="1"/>'
        yield _text(_LEFT - 6, y + 4, f"{step / timedelta(hours=1):g} h", anchor="end")
        step *= 2
    line, before = "", None
    for look in week.looks:
        if look.pause != before:
            x = round(_LEFT + width * ((look.at - BEGIN) / timedelta(days=DAYS)), 1)
            y = round(bottom - _PAUSE_HEIGHT * (look.pause / most), 1)
            line += f"H{x:g}V{y:g}" if line else f"M{x:g} {y:g}"
            before = look.pause
    yield (
        f'<path d="{line}H{_LEFT + width}" fill="none" stroke="{_SPOKE}" stroke-width="2"'
        ' stroke-linejoin="round"/>'
    )
    for day in range(DAYS):
        name = (BEGIN + timedelta(days=day)).strftime("%a")
        yield _text(_LEFT + width * (day + 0.5) / DAYS, bottom + 20, name, anchor="middle")
