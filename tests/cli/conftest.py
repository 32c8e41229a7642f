"""The command in this process: it imports and compiles once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from capexrisk.cli import main as command_line

Invoke = Callable[..., tuple[int, str, str]]


@pytest.fixture
def invoke(monkeypatch, capsys) -> Invoke:
    """Run ``capexrisk`` with these arguments; its exit code, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["capexrisk", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run
