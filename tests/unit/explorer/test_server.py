"""Who may ask the explorer's server, and how much."""

from __future__ import annotations

import hashlib
import json
import socket
from http.client import HTTPConnection
from threading import Thread

import pytest

from capexrisk.errors import ArgumentError, UnknownName
from capexrisk.explorer import server as module
from capexrisk.explorer.address import Address
from capexrisk.explorer.assets import VENDORED, asset, page_assets
from capexrisk.explorer.server import LARGEST, Explorer

ASSETS = {"": asset("index.html", b"page"), "vendor/a.js": asset("a.js", b"code")}


def refused(asked):
    raise UnknownName("there is no such thing")


def broken(asked):
    raise OSError(28, "No space left on device")


@pytest.fixture(scope="module")
def explorer():
    actions = {"echo": lambda asked: asked, "refused": refused, "broken": broken}
    with Explorer(Address.new(), ASSETS, actions) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def ask(explorer, method="GET", path="", body=None, token=None, **headers):
    """Status, headers and content; None for a header leaves it out."""
    address = explorer.address
    usual = {"Host": address.host, "Origin": address.origin if method == "POST" else None}
    usual |= {"Content-Type": "application/json"} if method == "POST" else {}
    connection = HTTPConnection("127.0.0.1", address.port, timeout=10)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, f"/{token or address.token}/{path}", skip_host=True)
    for name, value in {**usual, **given}.items():
        if value is not None:
            connection.putheader(name, value)
    if body is not None and "Content-Length" not in given:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def test_it_serves_the_page_and_what_belongs_to_it(explorer):
    status, headers, content = ask(explorer, path="?market.tax=0.2")
    assert (status, content) == (200, b"page")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert ask(explorer, path="vendor/a.js")[2] == b"code"
    for path in ("vendor/b.js", "../secret", "%2e%2e/secret", "/etc/passwd", "echo"):
        assert ask(explorer, path=path)[0] == 404


def test_it_answers(explorer):
    status, _, content = ask(explorer, "POST", "echo", b'{"a": 1}')
    assert (status, json.loads(content)) == (200, {"a": 1})
    assert json.loads(ask(explorer, "POST", "refused", b"{}")[2]) == {
        "refused": "there is no such thing"
    }
    assert json.loads(ask(explorer, "POST", "broken", b"{}")[2]) == {
        "refused": "No space left on device"
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "x" * 32},
        {"token": "%C3%A9"},
        {"Host": "example.org"},
        {"Host": "localhost:{port}"},
        {"Host": None},
        {"Origin": "http://example.org"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:{port}"},
    ],
    ids=str,
)
def test_strangers_are_refused(explorer, method, wrong):
    given = {
        key: value and value.replace("{port}", str(explorer.address.port))
        for key, value in wrong.items()
    }
    path, body = ("echo", b"{}") if method == "POST" else ("", None)
    assert ask(explorer, method, path, body, **given)[0] == 403


def test_a_question_needs_an_origin(explorer):
    assert ask(explorer, "POST", "echo", b"{}", Origin=None)[0] == 403


def test_an_address_without_a_token_is_refused(explorer):
    connection = HTTPConnection("127.0.0.1", explorer.address.port, timeout=10)
    for path in ("/", "/favicon.ico", f"/{explorer.address.token}"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 403


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("nothing", b"{}", {}, 404),
        ("echo", b"{}", {"Content-Type": "text/plain"}, 415),
        ("echo", b"{", {}, 400),
        ("echo", b"[]", {}, 400),
        ("echo", b"\xff", {}, 400),
        ("echo", b"[" * 5_000, {}, 400),
        ("echo", None, {}, 411),
        ("echo", None, {"Content-Length": "-1"}, 411),
        ("echo", None, {"Content-Length": str(LARGEST + 1)}, 413),
        ("echo", None, {"Content-Length": "9" * 5_000}, 413),
        ("echo", None, {"Content-Length": "0" * 12 + str(LARGEST + 1)}, 413),
    ],
)
def test_a_question_that_is_none_is_refused(explorer, path, body, headers, status):
    assert ask(explorer, "POST", path, body, **headers)[0] == status


def test_other_methods_are_not_known(explorer):
    for method in ("PUT", "DELETE", "OPTIONS", "CONNECT"):
        assert ask(explorer, method, "echo")[0] == 501


def test_too_many_questions_are_refused(explorer, monkeypatch):
    now = [1e6]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    taken = [explorer.may_ask() for _ in range(module.MOST_A_SECOND + 1)]
    assert taken == [True] * module.MOST_A_SECOND + [False]
    assert ask(explorer, "POST", "echo", b"{}")[0] == 429
    now[0] += 1.0
    assert explorer.may_ask()


def test_too_many_connections_are_closed(monkeypatch):
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 1)
    with Explorer(Address.new(), ASSETS, {}) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        first = socket.create_connection(server.server_address, timeout=10)
        head = f"GET /{server.address.token}/ HTTP/1.1\r\nHost: {server.address.host}\r\n\r\n"
        first.sendall(head.encode())
        assert first.recv(100).startswith(b"HTTP/1.1 200")  # and it stays open
        second = socket.create_connection(server.server_address, timeout=10)
        assert second.recv(100) == b""
        server.shutdown()
    while first.recv(4096):  # the rest of the answer, then the end
        pass
    first.close()
    second.close()


def test_it_listens_to_this_machine_alone(explorer):
    assert explorer.server_address[0] == "127.0.0.1"


def test_what_others_wrote_is_as_they_published_it():
    served = page_assets()
    for name, digest in VENDORED.items():
        assert hashlib.sha256(served[f"vendor/{name}"].content).hexdigest() == digest


def test_our_files_name_no_other_place():
    for name, one in page_assets().items():
        if not name.startswith("vendor/"):
            assert b"://" not in one.content


def test_a_link_is_read_as_it_is_written():
    address = Address(8123, Address.new().token, "market.tax=0.2&year=2027")
    assert Address.of(address.link) == address
    alone = Address.of("?market.tax=0.2")
    assert (alone.port, alone.query) == (0, "market.tax=0.2")
    assert alone.token != Address.of("?market.tax=0.2").token


@pytest.mark.parametrize(
    "link",
    [
        "http://example.org/abcdefghijklmnopqrst/",
        "http://127.0.0.1/abcdefghijklmnopqrst/",
        "http://127.0.0.1:99999/abcdefghijklmnopqrst/",
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/short/",
        "http://127.0.0.1:8000/a/b/c/abcdefghijklmnop",
    ],
)
def test_a_link_to_elsewhere_is_refused(link):
    with pytest.raises(ArgumentError, match="link: "):
        Address.of(link)
