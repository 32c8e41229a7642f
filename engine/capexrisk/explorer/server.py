"""The server of the explorer: one page, and the answers it asks for, on this machine alone.

Whoever asks must know the token and have the right Host and Origin: a page of another site can
send requests to this machine, but cannot do that. No file is read after the start, and none is
written but a scenario that is saved.
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
MOST_CONNECTIONS: Final = 48
MOST_A_SECOND: Final = 100  # questions, of all pages
IDLE: Final = 120.0  # seconds after which a connection ends
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
        self._connections: set[socket] = set()
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
        """Begin a thread, unless there are too many."""
        with self._lock:
            taken = len(self._connections) < MOST_CONNECTIONS
            if taken:
                self._connections.add(request)
        if taken:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._connections.discard(request)

    def server_close(self) -> None:
        """Close the port, and every connection that is kept open."""
        super().server_close()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(SHUT_RDWR)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """Tell of an error, but for a connection that broke off."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Explorer
    protocol_version = "HTTP/1.1"
    server_version = "capexrisk"
    sys_version = ""
    timeout = IDLE
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
        try:
            told = self.server.actions[rest](asked)
        except CapexriskError as refused:
            told = {"refused": str(refused)}
        except OSError as error:
            told = {"refused": error.strerror or str(error)}
        try:
            content = json.dumps(told, allow_nan=False, separators=(",", ":")).encode()
        except ValueError:  # a figure that is no number
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        self._send(HTTPStatus.OK, JSON, content)

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
