"""Every address of the app: its page, its title, and what it loads first."""

from collections.abc import Callable
from typing import NamedTuple

import reflex as rx

from chatrooms.components.notifications import is_disturbing
from chatrooms.pages.admin import admin_page
from chatrooms.pages.audit import audit_page
from chatrooms.pages.discover import discover_page
from chatrooms.pages.home import home_page
from chatrooms.pages.invite import invite_page
from chatrooms.pages.moderation import moderation_page
from chatrooms.pages.moderation_settings import moderation_settings_page
from chatrooms.pages.not_found import not_found_page
from chatrooms.pages.person import person_page
from chatrooms.pages.room import room_page
from chatrooms.pages.search import search_page
from chatrooms.pages.settings import settings_page
from chatrooms.pages.sign_in import sign_in_page
from chatrooms.pages.sign_up import sign_up_page
from chatrooms.pages.statistics import statistics_page
from chatrooms.state.admin import AdminState
from chatrooms.state.agents_switch import AgentsSwitchState
from chatrooms.state.audit import AuditState
from chatrooms.state.audit_address import PATH as LOG_PATH
from chatrooms.state.desk import DeskState
from chatrooms.state.discover import DiscoverState
from chatrooms.state.drafts import DraftsState
from chatrooms.state.invitation import InvitationState
from chatrooms.state.live import LiveState, ReaderState
from chatrooms.state.model_use import ModelUseState
from chatrooms.state.notifications import NotificationsState
from chatrooms.state.numbers import RecentState
from chatrooms.state.own_data import OwnDataState
from chatrooms.state.policy import PolicyState
from chatrooms.state.profile import ProfileFormState, ProfileState
from chatrooms.state.proposals import ProposalsState
from chatrooms.state.recommended import InterestsState, RecommendedState
from chatrooms.state.room import RoomState
from chatrooms.state.room_agent import RoomAgentState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.room_summary import RoomSummaryState
from chatrooms.state.rules import RulesState
from chatrooms.state.search import SearchState
from chatrooms.state.session import SessionState
from chatrooms.state.settings import SettingsState
from chatrooms.state.sidebar import SidebarState
from chatrooms.state.sign_in import SignInState, SignUpState
from chatrooms.state.site_figures import SiteFiguresState
from chatrooms.state.statistics import StatisticsState
from chatrooms.state.threads import ThreadsState
from chatrooms.state.topics import TopicsState
from chatrooms.state.visits import VisitsState


class Route(NamedTuple):
    """One address and what belongs to it."""

    path: str
    page: Callable[[], rx.Component]
    title: str | rx.Var[str]
    on_load: list[rx.EventHandler]


_FRAME = [
    SidebarState.load,
    NotificationsState.load,
    DraftsState.load,
    ThreadsState.refresh,
]
_SIGNED_IN = [SessionState.require_sign_in, *_FRAME]
_WITHOUT_ROOM = [*_SIGNED_IN, DeskState.count, RoomState.leave_page]
_ROOM_TITLE = rx.cond(LiveState.room.name != "", LiveState.room.name + " · Chatrooms", "Chatrooms")

ROUTES = [
    Route(
        "/",
        home_page,
        "Chatrooms",
        [*_WITHOUT_ROOM, RecommendedState.load, InterestsState.load],
    ),
    Route("/sign-in", sign_in_page, "Sign in · Chatrooms", [SessionState.load, SignInState.begin]),
    Route(
        "/sign-up",
        sign_up_page,
        "Create account · Chatrooms",
        [SessionState.load, SignUpState.begin],
    ),
    Route(
        "/rooms/[room_slug]",
        room_page,
        _ROOM_TITLE,
        [
            # One after the other: what people came for is shown first.
            SessionState.require_sign_in,
            RoomState.open_room,
            *_FRAME,
            DraftsState.open,
            RoomInfoState.refresh,
            RoomSummaryState.load,
            ProposalsState.load,
            RoomAgentState.load,
            DeskState.count,
        ],
    ),
    Route(
        "/rooms/[room_slug]/moderation",
        moderation_settings_page,
        "Moderation settings · Chatrooms",
        [*_WITHOUT_ROOM, PolicyState.load],
    ),
    Route(
        "/rooms/[room_slug]/statistics",
        statistics_page,
        "Statistics · Chatrooms",
        [*_WITHOUT_ROOM, StatisticsState.load],
    ),
    Route("/search", search_page, "Search · Chatrooms", [*_WITHOUT_ROOM, SearchState.load]),
    Route(
        "/discover",
        discover_page,
        "Discover · Chatrooms",
        [*_WITHOUT_ROOM, DiscoverState.load, RecommendedState.load],
    ),
    Route(
        "/settings",
        settings_page,
        "Settings · Chatrooms",
        [
            *_WITHOUT_ROOM,
            SettingsState.load,
            ProfileFormState.load,
            VisitsState.load,
            OwnDataState.load,
            InterestsState.load,
        ],
    ),
    Route(
        "/people/[username]",
        person_page,
        "Profile · Chatrooms",
        [*_WITHOUT_ROOM, ProfileState.load],
    ),
    Route(
        "/moderation",
        moderation_page,
        "Moderation · Chatrooms",
        [*_SIGNED_IN, RoomState.leave_page, DeskState.load, ProposalsState.load, RecentState.load],
    ),
    Route(
        LOG_PATH,
        audit_page,
        "Moderation log · Chatrooms",
        [*_WITHOUT_ROOM, AuditState.load],
    ),
    Route(
        "/admin",
        admin_page,
        "Administration · Chatrooms",
        [
            *_WITHOUT_ROOM,
            AdminState.load,
            SiteFiguresState.load,
            RulesState.load_site,
            ModelUseState.load,
            AgentsSwitchState.load,
            TopicsState.load,
        ],
    ),
    Route(
        "/invite/[token]",
        invite_page,
        "Invitation · Chatrooms",
        [*_WITHOUT_ROOM, InvitationState.load],
    ),
    Route("404", not_found_page, "Nothing here · Chatrooms", []),
]


def _counted(title: str | rx.Var[str]) -> rx.Var[str]:
    """The title with how many notifications wait, or else how many rooms hold something new."""
    told, rooms = NotificationsState.unread_count, ReaderState.unread.length()
    count = rx.cond(told > 0, told, rooms).to(int)
    counted = "(" + count.to_string() + ") " + rx.Var.create(title).to(str)
    return rx.cond((count > 0) & is_disturbing(), counted, title).to(str)


def add_pages(app: rx.App) -> None:
    """Register every page with the app."""
    for route in ROUTES:
        app.add_page(
            route.page,
            route=route.path,
            title=_counted(route.title),
            on_load=route.on_load,
            image="/favicon.svg",
        )
