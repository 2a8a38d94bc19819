"""The command line of `script/bench`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.agent import run_agent
from bench.assistant import Asking, run_assistant
from bench.crowd import Load
from bench.discover import run_discover
from bench.fanout import run_capacity, run_fanout
from bench.idle import run_idle
from bench.model import run_model
from bench.moderate import run_moderate
from bench.open_room import run_open_room
from bench.queue import run_queue
from bench.recommend import run_recommend
from bench.search import run_search
from bench.statistics import run_statistics
from bench.unread import run_unread
from bench.verdicts import Flow
from bench.votes import Storm, run_votes
from chatrooms.domain.startup import CannotStart
from chatrooms.supervise.signals import StopRequested, stop_on_signals

app = typer.Typer(
    name="bench",
    help="Measures a fresh instance of its own. Each needs an otherwise idle machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Workers = Annotated[
    int | None, typer.Option(min=1, help="Web processes. Default: as the server's own.")
]
Json = Annotated[bool, typer.Option("--json", help="End with one line of JSON.")]


@app.command()
def fanout(
    *,
    viewers: Annotated[int, typer.Option(min=1, help="People who look at the room.")] = 200,
    rate: Annotated[float, typer.Option(min=0.1, help="Messages per second.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure.")] = 20,
    senders: Annotated[int, typer.Option(min=1, help="How many of them write.")] = 5,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """What it costs to show a message to everybody, beside a bare broadcast."""
    load = Load(viewers=viewers, rate=rate, seconds=seconds, senders=min(senders, viewers))
    run_fanout(load, workers=workers, as_json=json)


@app.command()
def capacity(
    *,
    viewers: Annotated[int, typer.Option(min=5, help="People who look at the room.")] = 50,
    first: Annotated[int, typer.Option(min=1, help="Messages per second to begin with.")] = 60,
    step: Annotated[int, typer.Option(min=1, help="By how much the rate rises.")] = 30,
    last: Annotated[int, typer.Option(min=1, help="Highest rate to try.")] = 300,
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure each.")] = 10,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """The highest rate at which nothing is lost and hardly anything is late."""
    rates = list(range(first, last + 1, step))
    run_capacity(viewers=viewers, rates=rates, seconds=seconds, workers=workers, as_json=json)


@app.command()
def open_room(
    *,
    times: Annotated[int, typer.Option(min=5, help="Openings of each room in each way.")] = 40,
    json: Json = False,
) -> None:
    """Whether a long past makes opening a room slower."""
    run_open_room(times=times, as_json=json)


@app.command()
def votes(
    *,
    viewers: Annotated[int, typer.Option(min=1, help="People who look and vote.")] = 200,
    rate: Annotated[float, typer.Option(min=1, help="Votes per second, all together.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure.")] = 8,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Whether a storm of votes on one message ends in the exact score on every screen."""
    storm = Storm(viewers=viewers, rate=rate, seconds=seconds)
    run_votes(storm, workers=workers, as_json=json)


@app.command()
def moderate(
    *,
    rooms: Annotated[int, typer.Option(min=1, help="Rooms in auto mode.")] = 4,
    viewers: Annotated[int, typer.Option(min=3, help="People in each.")] = 5,
    rate: Annotated[float, typer.Option(min=1, help="Messages per second.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, help="How long to send.")] = 60,
    json: Json = False,
) -> None:
    """How long until every screen shows what moderation decided, and what holding costs."""
    flow = Flow(rooms=rooms, viewers=viewers, rate=rate, seconds=seconds)
    run_moderate(flow, as_json=json)


@app.command()
def assistant(
    *,
    people: Annotated[int, typer.Option(min=1, help="People who ask at the same moment.")] = 20,
    waves: Annotated[int, typer.Option(min=1, help="How often they do, 4 seconds apart.")] = 5,
    viewers: Annotated[int, typer.Option(min=5, help="People in the busy room.")] = 50,
    rate: Annotated[float, typer.Option(min=0.1, help="Messages per second there.")] = 10,
    json: Json = False,
) -> None:
    """How long asking takes to the first word, and what it costs those who talk meanwhile."""
    load = Load(viewers=viewers, rate=rate, seconds=4.0 * (waves + 1), senders=5)
    run_assistant(Asking(people=people, waves=waves), load, as_json=json)


@app.command()
def agent(
    *,
    quiet: Annotated[int, typer.Option(min=1, help="Rooms whose agents are due at once.")] = 200,
    rooms: Annotated[int, typer.Option(min=1, help="Rooms in auto mode in which is talked.")] = 4,
    viewers: Annotated[int, typer.Option(min=3, help="People in each.")] = 5,
    rate: Annotated[float, typer.Option(min=1, help="Messages per second there.")] = 10,
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure them alone.")] = 30,
    json: Json = False,
) -> None:
    """How long many agents take to decide, and what that costs those who talk meanwhile."""
    flow = Flow(rooms=rooms, viewers=viewers, rate=rate, seconds=seconds)
    run_agent(flow, quiet_rooms=quiet, as_json=json)


@app.command()
def agent_week(
    *,
    seed: Annotated[int, typer.Option(help="Which week of talk.")] = 2,
    every: Annotated[int, typer.Option(min=1, max=10, help="Minutes between two looks.")] = 1,
    picture: Annotated[Path | None, typer.Option(help="SVG file to write.")] = None,
    json: Json = False,
) -> None:
    """What a room's agent does in a simulated week, and what keeps it silent."""
    # LangGraph takes a second to import: no other benchmark waits for it.
    from bench.agent_week import run_agent_week

    run_agent_week(seed=seed, every_min=every, picture=picture, as_json=json)


@app.command()
def search(
    *,
    messages: Annotated[int, typer.Option(min=1000, help="How many there are.")] = 1_000_000,
    times: Annotated[int, typer.Option(min=20, help="Searches of each kind.")] = 100,
    json: Json = False,
) -> None:
    """How long finding common and rare words takes, and finding by operators alone."""
    run_search(messages=messages, times=times, as_json=json)


@app.command()
def statistics(
    *,
    messages: Annotated[int, typer.Option(min=10_000, help="How many there are.")] = 1_000_000,
    times: Annotated[int, typer.Option(min=10, help="How often each is asked.")] = 30,
    json: Json = False,
) -> None:
    """How long a room's statistics and the administrator's figures take."""
    run_statistics(messages=messages, times=times, as_json=json)


@app.command()
def discover(
    *,
    rooms: Annotated[int, typer.Option(min=100, help="How many there are.")] = 10_000,
    times: Annotated[int, typer.Option(min=20, help="Questions of each kind.")] = 100,
    json: Json = False,
) -> None:
    """How long the directory of many rooms takes to be searched and sorted."""
    run_discover(rooms=rooms, times=times, as_json=json)


@app.command()
def recommend(
    *,
    rooms: Annotated[int, typer.Option(min=100, help="How many there are.")] = 10_000,
    people: Annotated[int, typer.Option(min=1, help="How many are due.")] = 1_000,
    json: Json = False,
) -> None:
    """How long a worker takes to recommend rooms to many people, and a page to show them."""
    run_recommend(rooms=rooms, people=people, as_json=json)


@app.command()
def unread(
    *,
    rooms: Annotated[int, typer.Option(min=1, max=500, help="Rooms of one person.")] = 500,
    times: Annotated[int, typer.Option(min=20, help="Loads in each way.")] = 100,
    json: Json = False,
) -> None:
    """How long the side bar of a person in many rooms takes to load."""
    run_unread(rooms_count=rooms, times=times, as_json=json)


@app.command()
def model(
    *,
    texts: Annotated[Path | None, typer.Option(help="Messages, one per line.")] = None,
    singles: Annotated[int, typer.Option(min=100, help="Messages judged alone.")] = 4000,
    json: Json = False,
) -> None:
    """How long the moderation model takes to judge, beside alt-profanity-check."""
    run_model(texts=texts, singles=singles, as_json=json)


@app.command()
def queue(
    *,
    cases: Annotated[int, typer.Option(min=1000, help="Open cases.")] = 100_000,
    times: Annotated[int, typer.Option(min=20, help="Openings.")] = 100,
    json: Json = False,
) -> None:
    """How long the moderation page takes to open when a lot waits."""
    run_queue(cases=cases, times=times, as_json=json)


@app.command()
def idle(
    *,
    viewers: Annotated[int, typer.Option(min=30, help="People who are connected.")] = 1000,
    json: Json = False,
) -> None:
    """What connected viewers cost while nothing happens."""
    run_idle(viewers=viewers, as_json=json)


def main() -> None:
    """Run the command; a signal ends it like an error, so that nothing stays behind."""
    try:
        with stop_on_signals():
            app()
    except StopRequested:
        sys.exit(130)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
