"""The Reflex plugin that makes a build independent of the address it is served at."""

from reflex.config import get_config
from reflex.plugins import Plugin
from reflex_base.plugins.base import PostBuildContext
from typing_extensions import Unpack

from chatrooms.frontend.origin import PLACEHOLDER_URL, rewrite_build


class SameOriginPlugin(Plugin):
    """Rewrites a build that was made for the placeholder address; leaves any other alone.

    Runs before the build's files are compressed, so the compressed copies agree.
    """

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Replace the placeholder address in the built scripts."""
        if get_config().api_url == PLACEHOLDER_URL:
            rewrite_build(context["static_dir"])
