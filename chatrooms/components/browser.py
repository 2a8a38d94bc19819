"""Values that only the reader's browser knows: local times, the current address, being offline.

The functions live in `assets/js/reading.js`, which is bundled with the pages.
"""

import reflex as rx
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData
from reflex_base.vars.base import Var
from reflex_base.vars.function import FunctionStringVar, FunctionVar

_MODULE = "$/public/js/reading.js"
_PATH = VarData(
    imports={_MODULE: [ImportVar(tag="usePath")]}, hooks={"const path = usePath();": None}
)
_SEARCH = VarData(
    imports={"react-router": [ImportVar(tag="useLocation")]},
    hooks={"const { search } = useLocation();": None},
)
_MINUTE = VarData(
    imports={_MODULE: [ImportVar(tag="useMinute")]}, hooks={"const minute = useMinute();": None}
)
_OFFLINE = VarData(
    imports={_MODULE: [ImportVar(tag="useOffline")]},
    hooks={"const isOffline = useOffline();": None},
)


def function(name: str) -> FunctionVar:
    """A function that `reading.js` exports."""
    imports = {_MODULE: [ImportVar(tag=name)]}
    return FunctionStringVar.create(name, _var_data=VarData(imports=imports))


def local_time(iso: rx.Var[str]) -> rx.Var[str]:
    """The time of day in the reader's zone, such as 16:42."""
    return function("localTime").call(iso).to(str)


def local_clock(iso: rx.Var[str]) -> rx.Var[str]:
    """The time of day in the reader's zone to the second."""
    return function("localClock").call(iso).to(str)


def local_date_time(iso: rx.Var[str]) -> rx.Var[str]:
    """Day and time in the reader's zone, for tooltips and lists."""
    return function("localDateTime").call(iso).to(str)


def local_moment(iso: rx.Var[str]) -> rx.Var[str]:
    """The time of day in the reader's zone if it is today, else the date."""
    return function("localMoment").call(iso).to(str)


def local_ago(iso: rx.Var[str]) -> rx.Var[str]:
    """How long ago that was, in words that follow the clock: 5 minutes ago, yesterday, a date."""
    return function("localAgo").call(iso, Var("minute", _var_data=_MINUTE)).to(str)


def local_date(iso: rx.Var[str]) -> rx.Var[str]:
    """The day in the reader's zone; empty for an empty string."""
    return function("localDate").call(iso).to(str)


def local_day(iso: rx.Var[str]) -> rx.Var[str]:
    """A date separator's words: Today, Yesterday, or the weekday and date."""
    return function("localDay").call(iso).to(str)


def starts_day(sent_at: rx.Var[str], previous_at: rx.Var[str]) -> rx.Var[bool]:
    """Whether a message is the first of its day in the reader's zone."""
    return function("startsDay").call(sent_at, previous_at).to(bool)


def full_address(path: rx.Var[str]) -> rx.Var[str]:
    """A path of this app as an address that can be passed on."""
    return function("fullAddress").call(path).to(str)


def device_name(agent: rx.Var[str]) -> rx.Var[str]:
    """What a browser calls itself, in words, such as "Firefox on Linux"."""
    return function("deviceName").call(agent).to(str)


def current_path() -> rx.Var[str]:
    """The path of the open page without a slash at its end; needs no round trip to the server."""
    return Var("path", _var_type=str, _var_data=_PATH).to(str)


def current_search() -> rx.Var[str]:
    """The open page's query string with its question mark, or an empty string."""
    return Var("search", _var_type=str, _var_data=_SEARCH).to(str)


def is_offline() -> rx.Var[bool]:
    """Whether the browser itself says that it has no network."""
    return Var("isOffline", _var_type=bool, _var_data=_OFFLINE).to(bool)


def is_quiet(begin: rx.Var[int], end: rx.Var[int], timezone: rx.Var[str]) -> rx.Var[bool]:
    """Whether it is now between two minutes of the day there; never if they are negative."""
    return function("isQuiet").call(begin, end, timezone).to(bool)


def time_of_day(minute: rx.Var[int]) -> rx.Var[str]:
    """A minute of the day as a time field holds it; empty if it is negative."""
    return function("timeOfDay").call(minute).to(str)


def start_of(stretch: str) -> rx.Var[str]:
    """When `today` or this `week` began where the reader is."""
    return function("startOf").call(stretch).to(str)


def fresh_id() -> rx.Var[str]:
    """An id for something that is asked once, new whenever it is looked at."""
    return function("freshId").call().to(str)


def here() -> rx.Var[str]:
    """Which visit to which page this is at the moment of an event."""
    return function("here").call().to(str)


def is_here(place: rx.Var[str]) -> rx.Var[bool]:
    """Whether the visit is still the one that was `here`. The server's state outlives it: what was
    opened in a page does not open again once that was left or loaded anew."""
    return (function("here").call(current_path()).to(str) == place).to(bool)


def zone_or_own(timezone: rx.Var[str], minute: rx.Var[int]) -> rx.Var[str]:
    """The time zone, or the browser's own while none was chosen, which a negative minute tells."""
    return function("zoneOrOwn").call(timezone, minute).to(str)


def own_zone() -> rx.Var[str]:
    """The browser's own time zone, such as Europe/Berlin."""
    return function("ownZone").call().to(str)
