"""The page is opened in a browser without its secret on a command line."""

from __future__ import annotations

import html
import tempfile
import webbrowser
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Opening"]

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={link}">
<title>capexrisk explorer</title>
<p><a href="{link}">Go to the explorer</a></p>
</html>
"""


class Opening:
    """A file that only this user can read, and that leads a browser to an address.

    Every user of a machine can read command lines, a browser's among them. The file is there until
    the end: a browser may be slow to start.
    """

    def __enter__(self) -> Self:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        with suppress(OSError):  # of folders for temporary files there may be none
            self._folder = tempfile.TemporaryDirectory(
                prefix="capexrisk-", ignore_cleanup_errors=True
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def file(self, link: str) -> Path:
        """Write the file.

        Raises
        ------
        OSError
            If there is no place for it.
        """
        if self._folder is None:
            raise FileNotFoundError("no folder for temporary files")
        path = Path(self._folder.name, "explorer.html")  # in a folder of mode 0700
        path.touch(0o600, exist_ok=False)
        path.write_text(PAGE.format(link=html.escape(link)), "utf-8")
        return path

    def open(self, link: str) -> None:
        """Open a browser; without one, or a place for the file, the address is printed alone."""
        with suppress(OSError, webbrowser.Error):
            webbrowser.open(self.file(link).as_uri())
