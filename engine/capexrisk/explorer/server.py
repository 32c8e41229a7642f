"""The server of the explorer: one page, and the answers it asks for, on this machine alone.

Whoever asks must know the token and have the right Host and Origin: a page of another site can
send requests to this machine, but cannot do that. Names in questions never leave the scenario's
folder: scenarios there are read, new ones are saved beside them, and a full run of one that was
saved goes below the working folder's `runs`.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Lock
from typing import Any, Final

from capexrisk.errors import CapexriskError
from capexrisk.explorer.address import LOOPBACK, Address
from capexrisk.explorer.assets import Asset

__all__ = ["Action", "Explorer"]

Json = dict[str, Any]
Action = Callable[[Json], Json]

LARGEST: Final = 64 * 1024  # bytes of a question
MOST_CONNECTIONS: Final = 48  # of those that know the token, and of those that do not yet
MOST_A_SECOND: Final = 100  # questions, of all pages
IDLE: Final = 120.0  # seconds after which a connection ends
STRANGE: Final = 5.0  # the same, until it has shown the token
LONGEST_LINE: Final = 300  # characters of a fault in the terminal
JSON: Final = "application/json"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "style-src 'self' 'unsafe-inline'"  # charts have elements and attributes of style
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Explorer(ThreadingHTTPServer):
    """A server on the loopback interface; a thread a connection.

    Parameters
    ----------
    address : Address
        Port 0 takes a free one; `address` of the server has it.
    assets : mapping of str to Asset
        What GET answers, by path below the token.
    actions : mapping of str to callable
        What POST answers: from JSON to JSON.

    Raises
    ------
    OSError
        If the port is taken.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, address: Address, assets: Mapping[str, Asset], actions: Mapping[str, Action]
    ) -> None:
        self.assets = assets
        self.actions = actions
        self._strange: dict[socket, None] = {}  # connections without the token, the oldest first
        self._known: set[socket] = set()
        self._asked: deque[float] = deque(maxlen=MOST_A_SECOND)
        self._lock = Lock()
        super().__init__((LOOPBACK, address.port), _Handler)
        self.address = Address(int(self.server_address[1]), address.token, address.query)

    def may_ask(self) -> bool:
        """Whether another question is taken this second."""
        now = time.monotonic()
        with self._lock:
            if len(self._asked) == MOST_A_SECOND and now - self._asked[0] < 1.0:
                return False
            self._asked.append(now)
            return True

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin a thread; too many strangers push out the oldest of them, never a page."""
        with self._lock:
            if len(self._strange) == MOST_CONNECTIONS:
                oldest = next(iter(self._strange))
                del self._strange[oldest]
                _hang_up(oldest)
            self._strange[request] = None
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection, also one whose thread could not begin."""
        with self._lock:
            self._strange.pop(request, None)
            self._known.discard(request)
        super().shutdown_request(request)

    def knows(self, connection: socket) -> bool:
        """Whether a connection that has shown the token may stay."""
        with self._lock:
            if connection in self._strange and len(self._known) < MOST_CONNECTIONS:
                del self._strange[connection]
                self._known.add(connection)
            return connection in self._known

    def server_close(self) -> None:
        """Close the port, and every connection that is kept open."""
        super().server_close()
        with self._lock:
            for connection in (*self._strange, *self._known):
                _hang_up(connection)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """Tell of an error in a line, but for a connection that broke off."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError | None):
            self.complain(error)

    def complain(self, error: BaseException) -> str:
        """Say in the terminal what ought not to happen, in a line; return what is said."""
        what = " ".join(f"{type(error).__name__}: {error}".split())
        sys.stderr.write(f"capexrisk explore: {what[:LONGEST_LINE]}\n")
        return what


def _json(told: Json) -> bytes:
    return json.dumps(told, allow_nan=False, separators=(",", ":")).encode()


def _hang_up(connection: socket) -> None:
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: Explorer
    protocol_version = "HTTP/1.1"
    server_version = "capexrisk"
    sys_version = ""
    timeout = STRANGE
    wbufsize = -1  # headers and body leave together
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer with a file of the page."""
        rest = self._known()
        if rest is None:
            return
        asset = self.server.assets.get(rest.partition("?")[0])
        if asset is None:
            self._refuse(HTTPStatus.NOT_FOUND)
        else:
            self._send(HTTPStatus.OK, asset.kind, asset.content)

    def do_POST(self) -> None:
        """Answer a question."""
        rest = self._known()
        if rest is None:
            return
        wrong = self._wrong(rest)
        if wrong is not None:
            self._refuse(wrong)
            return
        try:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        self._send(*self._answer(rest, asked))

    def _answer(self, action: str, asked: Json) -> tuple[HTTPStatus, str, bytes]:
        """Status, kind and content of an answer; what is refused says why."""
        status = HTTPStatus.OK
        try:
            content = _json(self.server.actions[action](asked))
        except CapexriskError as refused:
            content = _json({"refused": str(refused)})
        except OSError as error:
            content = _json({"refused": error.strerror or str(error)})
        except Exception as error:  # noqa: BLE001 - a page that waits is told, whatever it is
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            content = _json({"refused": f"the explorer has a fault; {self.server.complain(error)}"})
        return status, JSON, content

    def _wrong(self, rest: str) -> HTTPStatus | None:
        """What is wrong with a question, before it is read."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Origin") != self.server.address.origin:
            return HTTPStatus.FORBIDDEN
        if rest not in self.server.actions:
            return HTTPStatus.NOT_FOUND
        if self.headers.get_content_type() != JSON:
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        if not (length.isascii() and length.isdigit()):
            return HTTPStatus.LENGTH_REQUIRED
        if len(length) > len(str(LARGEST)) or int(length) > LARGEST:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return None if self.server.may_ask() else HTTPStatus.TOO_MANY_REQUESTS

    def _known(self) -> str | None:
        """The path below the token; None, and an answer, for one who may not ask."""
        rest = self.server.address.knows(self.path)
        foreign = self.headers.get("Origin", self.server.address.origin)
        right = self.headers.get_all("Host") == [self.server.address.host]
        if rest is None or not right or foreign != self.server.address.origin:
            self._refuse(HTTPStatus.FORBIDDEN)
            return None
        if not self.server.knows(self.connection):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            return None
        self.connection.settimeout(IDLE)
        return rest

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # what else was sent is not read
        self._send(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        with suppress(ConnectionError, TimeoutError):  # the page has gone
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if self.close_connection:
                self.send_header("Connection", "close")
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing: the terminal is the user's."""
