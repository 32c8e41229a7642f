"""Who may ask the explorer's server, and how much."""

from __future__ import annotations

import hashlib
import html
import json
import socket
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import pytest

from capexrisk.errors import ArgumentError, UnknownName
from capexrisk.explorer import opening
from capexrisk.explorer import server as module
from capexrisk.explorer.address import Address, query_of
from capexrisk.explorer.assets import VENDORED, asset, page_assets
from capexrisk.explorer.server import LARGEST, Explorer

ASSETS = {"": asset("index.html", b"page"), "vendor/a.js": asset("a.js", b"code")}


def refused(asked):
    raise UnknownName("there is no such thing")


def broken(asked):
    raise OSError(28, "No space left on device")


def faulty(asked):
    raise KeyError("what nobody\nexpects")


@pytest.fixture(scope="module")
def explorer():
    actions = {"echo": lambda asked: asked, "refused": refused, "broken": broken}
    actions |= {"faulty": faulty, "object": lambda asked: {"a": object()}}
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


def test_an_action_is_answered_or_refused_in_json(explorer):
    status, _, content = ask(explorer, "POST", "echo", b'{"a": 1}')
    assert (status, json.loads(content)) == (200, {"a": 1})
    assert json.loads(ask(explorer, "POST", "refused", b"{}")[2]) == {
        "refused": "there is no such thing"
    }
    assert json.loads(ask(explorer, "POST", "broken", b"{}")[2]) == {
        "refused": "No space left on device"
    }


@pytest.mark.parametrize(
    ("action", "body", "said"),
    [
        ("faulty", b"{}", "KeyError: 'what nobody\\nexpects'"),
        ("object", b"{}", "TypeError: Object of type object is not JSON serializable"),
        ("echo", b'{"a": NaN}', "ValueError: Out of range float values are not JSON compliant"),
    ],
)
def test_a_fault_is_told_in_a_line(explorer, capfd, action, body, said):
    status, _, content = ask(explorer, "POST", action, body)
    assert status == 500
    assert json.loads(content)["refused"].startswith(f"the explorer has a fault; {said}")
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"capexrisk explore: {said}")


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


@pytest.fixture
def served():
    """Begins a server for one connection of each kind."""
    with ExitStack() as stack:
        server = stack.enter_context(Explorer(Address.new(), ASSETS, {}))
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        stack.callback(server.shutdown)

        def connect():
            address = server.server_address
            return stack.enter_context(socket.create_connection(address, timeout=10))

        head = f"GET /{server.address.token}/ HTTP/1.1\r\nHost: {server.address.host}\r\n\r\n"
        yield server, connect, head.encode()


def test_too_many_pages_are_refused(served, monkeypatch):
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 1)
    _, connect, head = served
    first = connect()
    first.sendall(head)
    assert first.recv(100).startswith(b"HTTP/1.1 200")  # and it stays open
    second = connect()
    second.sendall(head)
    assert second.recv(100).startswith(b"HTTP/1.1 503")


def test_strangers_push_out_strangers_alone(served, monkeypatch):
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 1)
    _, connect, head = served
    page = connect()
    page.sendall(head)
    assert page.recv(4096).startswith(b"HTTP/1.1 200")
    strangers = [connect() for _ in range(3)]
    assert [stranger.recv(10) for stranger in strangers[:2]] == [b"", b""]
    page.sendall(head)
    assert page.recv(4096).startswith(b"HTTP/1.1 200")
    late = connect()
    late.sendall(head)
    assert strangers[2].recv(10) == b""
    assert late.recv(100).startswith(b"HTTP/1.1 503")  # the page has the one place


def test_who_does_not_show_the_token_is_not_waited_for(served, monkeypatch):
    monkeypatch.setattr(module._Handler, "timeout", 0.05)
    _, connect, head = served
    slow, page = connect(), connect()
    page.sendall(head)
    assert page.recv(4096).startswith(b"HTTP/1.1 200")
    slow.sendall(b"GET /")
    assert slow.recv(10) == b""
    page.sendall(head)  # a page may be idle for longer
    assert page.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_thread_that_cannot_begin_leaves_its_place(served, monkeypatch, capfd):
    server, connect, head = served
    with monkeypatch.context() as patched:
        patched.setattr(Thread, "start", lambda self: 1 / 0)
        assert connect().recv(10) == b""
    page = connect()
    page.sendall(head)
    assert page.recv(100).startswith(b"HTTP/1.1 200")
    assert len(server._strange) == 0
    assert capfd.readouterr().err == "capexrisk explore: ZeroDivisionError: division by zero\n"


def test_the_end_ends_the_connections():
    with Explorer(Address.new(), ASSETS, {}) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        first = socket.create_connection(server.server_address, timeout=10)
        head = f"GET /{server.address.token}/ HTTP/1.1\r\nHost: {server.address.host}\r\n\r\n"
        first.sendall(head.encode())
        assert first.recv(100).startswith(b"HTTP/1.1 200")
        server.shutdown()
    while first.recv(4096):  # the rest of the answer, then the end
        pass
    first.close()


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


@pytest.mark.parametrize(
    "link",
    ["?{}", "http://127.0.0.1:8123/abcdefghijklmnopqrst/?{}", "http://example.org/?{}#x", " ?{}\n"],
)
def test_a_link_tells_what_is_moved_and_nothing_else(link):
    query = "market.tax=0.2&year=2027"
    assert query_of(link.format(query)) == query
    one, two = Address.new(query), Address.new(query)
    assert one.token != two.token and one.link.endswith(f"/?{query}")


def test_what_follows_the_question_mark_alone_is_a_link_as_well():
    assert query_of(" group.growth of demand=0.9&market.tax=0.2 ") == (
        "group.growth of demand=0.9&market.tax=0.2"
    )


@pytest.mark.parametrize("link", ["", "market.tax", "http://127.0.0.1:8000/abcdefghijklmnop/"])
def test_a_link_that_moves_nothing_is_refused(link):
    with pytest.raises(ArgumentError, match="link: "):
        query_of(link)


def test_the_secret_is_in_a_file_of_this_user_alone(monkeypatch):
    opened = []
    monkeypatch.setattr(opening.webbrowser, "open", opened.append)
    link = Address.new("market.tax=0.2&year=2027").link
    with opening.Opening() as leads:
        leads.open(link)
        (url,) = opened
        path = Path(unquote(urlsplit(url).path))
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert f'url={html.escape(link)}"' in path.read_text("utf-8")
    assert not path.parent.exists()
    leads.open(link)  # no place for the file: the address is in the terminal
    assert len(opened) == 1
    monkeypatch.setattr(opening.tempfile, "tempdir", "/nowhere")
    with opening.Opening() as leads:
        leads.open(link)
    assert len(opened) == 1
