"""The full run of a scenario that was saved: `capexrisk run` in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from capexrisk.errors import ArgumentError

__all__ = ["FullRun"]

Json = dict[str, Any]
Process = subprocess.Popen[bytes]
# -P: no file of the working folder is taken for one of Python's or the package's.
COMMAND: Final = (sys.executable, "-P", "-m", "capexrisk.cli.watched", "run", "--quiet")
PATIENCE: Final = 10.0  # seconds in which a run keeps what it has, before it is killed


class FullRun:
    """Runs one scenario after the other, into the folder that the command takes by default."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: Process | None = None
        self._began = 0.0
        self._closed = False
        self._ended: Json = {"running": False}

    def begin(self, file: Path) -> None:
        """Begin the run of a file.

        Raises
        ------
        ArgumentError
            If another is under way, or the explorer has ended.
        OSError
            If no process can be started.
        """
        out = Path("runs").absolute() / file.stem
        with self._lock:
            if self._closed:
                raise ArgumentError("run", "this explorer has ended; start it again")
            if self._process is not None:
                raise ArgumentError("run", "another full run is under way; wait for its end")
            process = self._process = subprocess.Popen(
                [*COMMAND, str(file), "--out", str(out)],
                stdin=subprocess.PIPE,  # closed by the system if this process is killed
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            self._began = time.monotonic()
        Thread(target=self._follow, args=(process, out), daemon=True).start()

    def told(self) -> Json:
        """How it stands: seconds so far, and at the end the report, or why there is none."""
        with self._lock:
            if self._process is None:
                return self._ended
            return {"running": True, "seconds": time.monotonic() - self._began}

    def close(self) -> None:
        """End a run that is under way; it keeps what it has, as when Ctrl-C ends it."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _follow(self, process: Process, out: Path) -> None:
        from capexrisk.report.files.page import REPORT

        assert process.stdin is not None
        assert process.stderr is not None
        with process.stdin, process.stderr:  # communicate() would close the first at once
            complaints = process.stderr.read()
            process.wait()
        lines = complaints.decode(errors="replace").splitlines()
        reason = lines[-1] if lines else f"it ended with the code {process.returncode}"
        end = {"failed": reason} if process.returncode else {"report": str(out / REPORT)}
        with self._lock:
            self._process, self._ended = None, {"running": False, **end}
