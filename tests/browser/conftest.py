"""One browser and one instance with two web processes for all journeys; people per test."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from chatrooms.bootstrap import Deps
from chatrooms.live.identity import cookie_name
from chatrooms.services import sessions
from tests.browser.screen import Desk, Screen
from tests.support.instances import Instance
from tests.support.people import PASSWORD, Someone, dependencies, sign_up

CANDIDATES = (
    "chromium-headless-shell",  # the same without windows of its own, which nobody sees here
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
# Chromium heeds the last list alone, so Playwright's own stands here again.
PLAYWRIGHTS_FEATURES = (
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose"),
    *("HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter"),
    *("NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch"),
    *("TcpPortRandomizationWin", "ThirdPartyStoragePartitioning"),
)
# The address bar's own pages, which nobody sees here: each window would load them in processes of
# their own, at two thirds of what a page of ours costs.
ADDRESS_BAR_FEATURES = (
    *("PreloadTopChromeWebUI", "WebUIOmniboxPopup"),
    *("WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
)
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    f"--disable-features={','.join([*PLAYWRIGHTS_FEATURES, *ADDRESS_BAR_FEATURES])}",
]
TIMEOUT_MS = 15_000

expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="package")
def chromium() -> str:
    """The system's Chromium, or the one that CHROMIUM names."""
    given = os.environ.get("CHROMIUM")
    found = [path for name in CANDIDATES if (path := shutil.which(name))]
    if given or found:
        return given or found[0]
    reason = "no Chromium found; install one or name it in CHROMIUM"
    if os.environ.get("CHATROOMS_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    running = Instance(tmp_path_factory.mktemp("instance") / "data")
    running.start("--workers", "2").wait_ready()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def services(instance: Instance) -> Iterator[Deps]:
    """The running instance's services, for what a journey only needs as its beginning."""
    environ = instance.child("web").environ()
    names = ("database_url", "redis_url", "chroma_url")
    urls = {name: environ[name.upper()] for name in names}
    with dependencies(
        **urls, public_url=instance.url, data_dir=instance.data, embeddings="lexical"
    ) as made:
        yield made


@pytest.fixture(scope="package")
def first_account(browser: Browser, instance: Instance, services: Deps) -> Someone:
    """Somebody who signed up, by hand, before anybody else."""
    with Desk(browser, instance.url, cookie_name(services.settings)) as desk:
        screen = desk.sit_down()
        screen.sign_up("first", PASSWORD)
        token = screen.session_token()
    return Someone("first", token, sessions.get_signed_in(services, token=token))


@pytest.fixture(scope="package")
def deps(services: Deps, first_account: Someone) -> Deps:
    """The instance's services, once it has an administrator."""
    assert first_account.signed_in.is_admin
    return services


@pytest.fixture(scope="package")
def admin(first_account: Someone) -> Someone:
    return first_account


@pytest.fixture
def desk(browser: Browser, instance: Instance, deps: Deps) -> Iterator[Desk]:
    """Where people sit down in front of browsers of their own."""
    with Desk(browser, instance.url, cookie_name(deps.settings)) as desk:
        yield desk


@pytest.fixture
def guest(deps: Deps) -> Someone:
    """Somebody else with an account."""
    return sign_up(deps, "guest")


@pytest.fixture
def visitor(desk: Desk) -> Screen:
    """A browser in which nobody is signed in."""
    return desk.sit_down()
