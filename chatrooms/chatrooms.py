"""The app: pages, routes, lifespan, error handler. Wiring only."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import reflex as rx
from reflex.app import _ContextMiddleware  # pyright: ignore[reportPrivateUsage]
from reflex.utils.format import format_event_handler
from reflex_base.constants import Endpoint
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from chatrooms import logs
from chatrooms.api import (
    files,
    health,
    moderation_log,
    own_data,
    room_export,
    session,
    statistics,
    uploads,
    visits,
)
from chatrooms.api.lasting import LastingAssets
from chatrooms.api.redirects import RelativeRedirects
from chatrooms.api.sockets import DirectSockets, use_patient_sockets
from chatrooms.api.timing import TimedRoutes
from chatrooms.components.connection import app_wraps, toaster
from chatrooms.components.theme import STYLESHEETS, head
from chatrooms.domain.assistant import Kind
from chatrooms.live.nudges import PageEvents
from chatrooms.live.runtime import running
from chatrooms.live.tab_state import use_tab_states
from chatrooms.live.timing import use_timed_events
from chatrooms.live.wire import Wire
from chatrooms.pages.routes import add_pages
from chatrooms.settings import get_settings
from chatrooms.state.agent_effect import AgentEffectState
from chatrooms.state.agent_run import AgentRunState
from chatrooms.state.assistant import AssistantState
from chatrooms.state.audit_review import AuditReviewState
from chatrooms.state.catch_up import CatchUpState
from chatrooms.state.desk import DeskState
from chatrooms.state.drafts import DraftsState
from chatrooms.state.learning import LearningState
from chatrooms.state.live import AnswerState, LiveState, ReaderState, empty_vars
from chatrooms.state.marks import MarksState
from chatrooms.state.mishaps import tell
from chatrooms.state.notifications import NotificationsState
from chatrooms.state.own_data import OwnDataState
from chatrooms.state.ownership import OneOwner
from chatrooms.state.pins import PinsState
from chatrooms.state.policy import PolicyState
from chatrooms.state.profile import ProfileState
from chatrooms.state.proposals import ProposalsState
from chatrooms.state.recommended import RecommendedState
from chatrooms.state.rejudging import RejudgingState
from chatrooms.state.room import RoomState
from chatrooms.state.room_agent import RoomAgentState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.room_summary import RoomSummaryState
from chatrooms.state.rules import RulesState
from chatrooms.state.sanctions import SanctionsState
from chatrooms.state.saved import SavedState
from chatrooms.state.session import SessionState
from chatrooms.state.sidebar import SidebarState
from chatrooms.state.standing import StandingState
from chatrooms.state.statistics import StatisticsState
from chatrooms.state.threads import ThreadsState
from chatrooms.state.top import TopState


def _name(handler: Any) -> str:
    return format_event_handler(handler)


PAGE_EVENTS = PageEvents(
    own={
        "rooms": (
            _name(SidebarState.load),
            _name(RoomState.refresh),
            _name(RoomInfoState.refresh),
            _name(DeskState.count),
            _name(StatisticsState.follow),
        ),
        "unread": (_name(SidebarState.load),),
        "marks": (_name(MarksState.load), _name(SavedState.refresh)),
        "threads": (_name(MarksState.load), _name(ThreadsState.refresh)),
        "drafts": (_name(DraftsState.load),),
        "notifications": (_name(NotificationsState.load),),
        "replies": (_name(NotificationsState.load), _name(ThreadsState.refresh)),
        "profile": (_name(SessionState.refresh),),
        "export": (_name(OwnDataState.follow),),
        "person": (_name(ProfileState.refresh),),
        "moderation": (_name(DeskState.count), _name(ProposalsState.load)),
        "policy": (
            _name(PolicyState.follow),
            _name(RulesState.follow),
            _name(AuditReviewState.follow),
        ),
        "learning": (_name(LearningState.follow), _name(AuditReviewState.follow)),
        "rejudging": (_name(RejudgingState.follow),),
        "recommended": (_name(RecommendedState.follow),),
    },
    turns={
        Kind.QUESTION: (_name(AssistantState.load),),
        Kind.CATCH_UP: (_name(CatchUpState.load),),
    },
    standing=(_name(StandingState.load),),
    facts=(_name(SidebarState.load), _name(RoomState.refresh), _name(RoomInfoState.refresh)),
    info=(_name(RoomInfoState.refresh), _name(SanctionsState.load)),
    top=(_name(TopState.load),),
    pins=(_name(PinsState.load),),
    sources=(
        _name(AssistantState.load),
        _name(AssistantState.greet),
        _name(CatchUpState.load),
        _name(RoomSummaryState.load),
    ),
    summary=(_name(RoomSummaryState.load), _name(AssistantState.greet)),
    agent=(
        _name(ProposalsState.load),
        _name(RoomAgentState.load),
        _name(AgentRunState.load),
        _name(AgentEffectState.load),
    ),
    access_lost=(
        _name(SessionState.require_sign_in),
        _name(RoomState.open_room),
        _name(DraftsState.open),
        _name(AssistantState.restore),
        _name(CatchUpState.restore),
    ),
)

ROUTES = [
    *session.routes,
    *uploads.routes,
    *files.routes,
    *moderation_log.routes,
    *statistics.routes,
    *own_data.routes,
    *visits.routes,
    *room_export.routes,
    *health.routes,
]

app = rx.App(
    app_wraps=app_wraps(),
    toaster=toaster(),
    stylesheets=STYLESHEETS,
    head_components=head(),
    html_lang="en",
    backend_exception_handler=tell,
    api_transformer=[
        Starlette(routes=ROUTES),
        partial(TimedRoutes, routes=ROUTES),
        RelativeRedirects,
        LastingAssets,
    ],
)
use_tab_states(app)
use_timed_events()
app.add_middleware(OneOwner())
add_pages(app)


@asynccontextmanager
async def live() -> AsyncIterator[None]:
    """Run the hub for as long as this web process serves."""
    if app.sio is None:
        raise RuntimeError("the app has no state, so there is nothing to show live")
    wire = Wire(
        app.sio,
        state_name=LiveState.get_full_name(),
        reader_name=ReaderState.get_full_name(),
        answer_name=AnswerState.get_full_name(),
    )
    logs.configure(as_json=get_settings().log_json)
    # What the app is made of stays: looking through all of it for garbage would stop every screen
    # for a tenth of a second now and then.
    gc.collect()
    gc.freeze()
    async with running(wire, PAGE_EVENTS, empty_vars()):
        yield


app.register_lifespan_task(live)


def serve() -> ASGIApp:
    """What the web server runs: the app, and sockets past all that only requests need."""
    use_patient_sockets()
    served = app()
    pages = app._api  # pyright: ignore[reportPrivateUsage]
    routes = pages.routes if pages else []
    (mount,) = (r for r in routes if isinstance(r, Mount) and r.path == str(Endpoint.EVENT))
    sockets = _ContextMiddleware(mount.app, app)
    return DirectSockets(served, path=mount.path, sockets=sockets)
