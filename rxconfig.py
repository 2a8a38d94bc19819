"""How Reflex builds and runs the app. Values come from `chatrooms.settings`."""

import reflex as rx
from reflex.constants import StateManagerMode

from chatrooms.components.theme import theme
from chatrooms.frontend.plugin import SameOriginPlugin
from chatrooms.origins import allowed_origins
from chatrooms.settings import get_settings

SECONDS_PER_DAY = 86_400

settings = get_settings()
redis_url = settings.redis_url.get_secret_value()

config = rx.Config(
    app_name="chatrooms",
    plugins=[rx.plugins.RadixThemesPlugin(theme=theme), SameOriginPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    telemetry_enabled=False,
    show_built_with_reflex=False,
    cors_allowed_origins=allowed_origins(settings.public_url, settings.extra_origins),
    trusted_proxy_hops=settings.trusted_proxy_hops,
    redis_url=redis_url or None,
    # A build needs no server, so it may run without a Redis; serving always has one.
    state_manager_mode=StateManagerMode.REDIS if redis_url else StateManagerMode.MEMORY,
    redis_token_expiration=settings.state_ttl_d * SECONDS_PER_DAY,
    frontend_compression_formats=["gzip"],
)
