"""A real HTTP server that speaks OpenAI's chat protocol and answers by a script.

By itself: `python -m tests.support.scripted_openai --port 9100` answers every question from the
messages in the prompt, at once, and gives whatever structure is asked for.
"""

import argparse
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, cast

Request = dict[str, Any]


@dataclass(frozen=True)
class Says:
    """Text in pieces, `pause_s` apart."""

    pieces: Sequence[str]
    pause_s: float = 0.0
    tokens_in: int = 100
    tokens_out: int = 20


@dataclass(frozen=True)
class Calls:
    """Tool calls, all in one turn: name and arguments as the model would write them, so they need
    not be JSON."""

    calls: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Fails:
    """An HTTP error."""

    status: int
    retry_after_s: float | None = None


@dataclass(frozen=True)
class CutsOff:
    """Some pieces, then the connection is reset."""

    pieces: Sequence[str]


@dataclass(frozen=True)
class Garbles:
    """Some pieces, then something that is no JSON."""

    pieces: Sequence[str] = ()


@dataclass(frozen=True)
class Stalls:
    """Some pieces, then silence until the test is over or `seconds` have passed."""

    pieces: Sequence[str] = ()
    seconds: float = 30.0
    ends_well: bool = False
    """Whether the answer is whole then; else the server ends without saying so."""


@dataclass(frozen=True)
class Embeds:
    """Vectors of texts, by a function of each."""

    of: Callable[[str], Sequence[float]]


Reply = Says | Calls | Fails | CutsOff | Garbles | Stalls | Embeds


@dataclass
class ScriptedOpenAI:
    """The server. Each request takes the next reply of `script`; when it is used up, `otherwise`
    answers."""

    otherwise: Callable[[Request], Reply] = lambda request: Says(["Nothing is scripted."])
    script: list[Reply] = field(default_factory=list[Reply])
    requests: list[Request] = field(default_factory=list[Request])
    """What was asked, oldest first."""
    over: threading.Event = field(default_factory=threading.Event)
    base_url: str = ""

    def prompt(self, place: int = -1) -> str:
        """Everything that was said to the model in one request."""
        return "\n".join(str(each["content"]) for each in self.requests[place]["messages"])

    def next_reply(self, request: Request) -> Reply:
        """Note the request; the reply to it."""
        with _LOCK:
            self.requests.append(request)
            scripted = self.script.pop(0) if self.script else None
        return scripted or self.otherwise(request)


_LOCK = threading.Lock()


@contextmanager
def scripted_openai(
    *script: Reply, otherwise: Callable[[Request], Reply] | None = None, port: int = 0
) -> Iterator[ScriptedOpenAI]:
    """A running server."""
    answers = ScriptedOpenAI(script=list(script))
    if otherwise is not None:
        answers.otherwise = otherwise
    handler = type("Handler", (_Handler,), {"answers": answers})
    server = _Server(("127.0.0.1", port), handler)
    answers.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        answers.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What waits to be sent with more is lost by a reset.
    disable_nagle_algorithm = True
    answers: ClassVar[ScriptedOpenAI]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        request = cast(Request, json.loads(self.rfile.read(length)))
        reply = self.answers.next_reply(request)
        if isinstance(reply, Fails):
            self._fail(reply)
        elif isinstance(reply, Embeds):
            self._embed(reply, request["input"])
        elif request.get("stream"):
            self._stream(reply)
        else:
            self._whole(reply)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read what they need from `requests`."""

    def _fail(self, reply: Fails) -> None:
        body = json.dumps({"error": {"message": "scripted", "type": "scripted"}}).encode()
        self.send_response(reply.status)
        if reply.retry_after_s is not None:
            self.send_header("Retry-After", str(reply.retry_after_s))
        self._send("application/json", body)

    def _whole(self, reply: Reply) -> None:
        if isinstance(reply, Stalls):
            self.answers.over.wait(reply.seconds)
        if isinstance(reply, CutsOff):
            self._reset()
            return
        body = "{not json" if isinstance(reply, Garbles) else json.dumps(_completion(reply))
        self.send_response(200)
        self._send("application/json", body.encode())

    def _embed(self, reply: Embeds, texts: Sequence[str]) -> None:
        data = [
            {"object": "embedding", "index": place, "embedding": list(reply.of(each))}
            for place, each in enumerate(texts)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        body = {"object": "list", "model": "scripted", "data": data, "usage": usage}
        self.send_response(200)
        self._send("application/json", json.dumps(body).encode())

    def _send(self, kind: str, body: bytes) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self._event(_chunk({"role": "assistant", "content": ""}))
        if isinstance(reply, Calls):
            self._event(_chunk({"tool_calls": _tool_calls(reply)}))
        else:
            for piece in cast(Says, reply).pieces:
                self._event(_chunk({"content": piece}))
                if isinstance(reply, Says) and reply.pause_s:
                    # The model's pace is what is scripted; no test waits here.
                    time.sleep(reply.pause_s)
        if isinstance(reply, Stalls):
            self.answers.over.wait(reply.seconds)
        if isinstance(reply, CutsOff):
            self._reset()
        elif isinstance(reply, Garbles):
            self._line("data: {not json")
        elif not isinstance(reply, Stalls) or reply.ends_well:
            reason = "tool_calls" if isinstance(reply, Calls) else "stop"
            self._event(_chunk({}, reason=reason))
            self._event({**_chunk({}), "choices": [], "usage": _usage(reply)})
            self._line("data: [DONE]")

    def _event(self, content: Request) -> None:
        self._line(f"data: {json.dumps(content)}")

    def _line(self, line: str) -> None:
        self.wfile.write(f"{line}\n\n".encode())
        self.wfile.flush()

    def _reset(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wfile.flush()
        self.connection.close()
        self.close_connection = True


def _chunk(delta: Request, *, reason: str | None = None) -> Request:
    return {
        "id": "scripted",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }


def _completion(reply: Reply) -> Request:
    message: Request = {"role": "assistant", "content": None}
    if isinstance(reply, Calls):
        message["tool_calls"] = _tool_calls(reply)
    else:
        message["content"] = "".join(cast(Says, reply).pieces)
    reason = "tool_calls" if isinstance(reply, Calls) else "stop"
    return {
        "id": "scripted",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": _usage(reply),
    }


def _tool_calls(reply: Calls) -> list[Request]:
    return [
        {
            "index": n,
            "id": f"call_{n}",
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
        for n, (name, arguments) in enumerate(reply.calls)
    ]


def _usage(reply: Reply) -> Request:
    says = reply if isinstance(reply, Says) else Says([])
    total = says.tokens_in + says.tokens_out
    return {
        "prompt_tokens": says.tokens_in,
        "completion_tokens": says.tokens_out,
        "total_tokens": total,
    }


def honest(request: Request) -> Reply:
    """What a model does that keeps to its prompt: the built-in one, behind the protocol."""
    from langchain_core.messages import HumanMessage, SystemMessage

    from chatrooms.adapters.extractive.forms import fill
    from chatrooms.adapters.extractive.model import ExtractiveChatModel
    from chatrooms.adapters.extractive.task import read_task
    from chatrooms.adapters.extractive.writing import statements_of

    said = [
        (HumanMessage if each["role"] == "user" else SystemMessage)(content=str(each["content"]))
        for each in request["messages"]
        if each["role"] in ("user", "system")
    ]
    wanted = request.get("response_format", {}).get("json_schema")
    if wanted:
        return Says([json.dumps(fill(wanted["schema"], statements_of(read_task(said))))])
    return Says([chunk.text for chunk in ExtractiveChatModel().stream(said) if chunk.text])


def at_once(_: Request) -> Reply:
    """A model that begins at once and writes twenty words a second."""
    return Says(["It ", *["stands "] * 18, "there [1]."], pause_s=0.05)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--at-once", action="store_true", help="the same answer to everything")
    options = parser.parse_args()
    otherwise = at_once if options.at_once else honest
    with scripted_openai(otherwise=otherwise, port=options.port) as server:
        print(f"OPENAI_BASE_URL={server.base_url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
