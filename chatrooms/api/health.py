"""Routes for the machinery around the product: is it alive, is it ready, what does it count."""

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from chatrooms import bootstrap
from chatrooms.adapters import metrics
from chatrooms.api.readiness import Readiness

OK = 200
UNAVAILABLE = 503


async def healthz(_request: Request) -> Response:
    """Whether this web process is alive. Asks no other server."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """Whether everything the product needs answers: JSON that names what does not, 503 if any.

    Tells names of parts and kinds of faults only, because anybody may ask.
    """
    readiness: Readiness | None = getattr(request.app.state, "readiness", None)
    if readiness is None:
        readiness = request.app.state.readiness = Readiness(bootstrap.current().settings)
    faults = await readiness.faults()
    body = {"ready": not faults, "down": faults}
    return JSONResponse(body, status_code=UNAVAILABLE if faults else OK)


async def metrics_text(_request: Request) -> Response:
    """The figures of all processes of this machine, for Prometheus."""
    text = await run_in_threadpool(metrics.report)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


routes: list[Route] = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics_text),
]
