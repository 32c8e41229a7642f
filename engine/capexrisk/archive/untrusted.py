"""Reading untrusted files: bounded in size, validated, refused with one line."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from capexrisk.archive.system_errors import problem_of
from capexrisk.errors import ResultsError
from capexrisk.scenario.section import CONTROLS, Refused

LARGEST_JSON: Final = 32 * 2**20  # bytes; a scenario of 64 issuers takes about 1 MiB
LARGEST_TABLE: Final = 2**30  # bytes, packed and unpacked
LONGEST_VALUE: Final = 60

R = TypeVar("R", bound=BaseModel)


class Json(NamedTuple):
    """A JSON file that states its format version: its text, and the object in it."""

    path: Path
    text: str
    content: dict[str, Any]

    def parse(self, record: type[R]) -> R:
        """Validate the object as a model, and return that.

        Raises
        ------
        ResultsError
            If a field is missing, unknown or out of range, or text would move a terminal's cursor.
        """
        try:
            _refuse_odd_text(self.content)
            # From the text: strict mode takes strings as dates and lists as tuples only from JSON.
            return record.model_validate_json(self.text)
        except RecursionError:
            reason = "cannot be read (nested too deeply)"
        except ValidationError as error:
            reason = _first_fault(error)
        except ValueError as error:
            reason = str(error)
        raise ResultsError(f"{self.path}: {reason}; run again")


def read_json(path: Path) -> Json:
    """Read a JSON file that states its ``format_version``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ResultsError
        If it cannot be read.
    """
    try:
        refuse_large(path, LARGEST_JSON)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({problem_of(error)}); run again") from None
    except ValueError as error:
        raise ResultsError(f"{path}: cannot be read ({_one_line(error)}); run again") from None
    return json_in(path, text)


def json_in(path: Path, text: str) -> Json:
    """The object in a text that a file holds, which states its ``format_version``.

    Raises
    ------
    ResultsError
        If it is no such object.
    """
    try:
        content = json.loads(text, parse_constant=_no_constant)
        content["format_version"]
    except RecursionError:
        raise ResultsError(f"{path}: cannot be read (nested too deeply); run again") from None
    except (KeyError, TypeError):
        lacks = "it states no format_version, so capexrisk did not write it"
        raise ResultsError(f"{path}: cannot be read ({lacks}); run again") from None
    except json.JSONDecodeError as error:
        said = f"line {error.lineno} is not JSON" if text.strip() else "it is empty"
        raise ResultsError(f"{path}: cannot be read ({said}); run again") from None
    except ValueError as error:
        raise ResultsError(f"{path}: cannot be read ({_one_line(error)}); run again") from None
    return Json(path, text, content)


def refuse_large(path: Path, most: int) -> None:
    """Refuse anything but a regular file of plausible size.

    Raises
    ------
    FileNotFoundError
        If there is none.
    IsADirectoryError
        If it is a folder.
    ValueError
        If it is a pipe or a device, which may never end, or has more than `most` bytes.
    """
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("not a regular file")
    if found.st_size > most:
        raise ValueError(f"larger than {most // 2**20} MiB")


def shortened(text: str, most: int = LONGEST_VALUE) -> str:
    """Beginning of a text, made printable."""
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= most else f"{text[:most]}..."


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


def _refuse_odd_text(part: object) -> None:
    """Refuse text that no file can hold, or that would control a terminal."""
    if isinstance(part, dict):
        for key, value in part.items():
            _refuse_odd_text(key)
            _refuse_odd_text(value)
    elif isinstance(part, list):
        for value in part:
            _refuse_odd_text(value)
    elif isinstance(part, str):
        odd = CONTROLS.search(part)
        if odd is not None:
            raise ValueError(f"text with {odd.group()!r} in it")


def _first_fault(error: ValidationError) -> str:
    """Place and value of the first fault; the others seldom have another cause."""
    fault = error.errors(include_url=False, include_input=True)[0]
    reason = fault.get("ctx", {}).get("error")
    where = ""
    for part in (*fault["loc"], *(reason.at if isinstance(reason, Refused) else ())):
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    where = f"{shortened(where)}: " if where else ""
    if fault["type"] == "missing":
        return f"{where}missing"
    if reason is not None:
        return f"{where}{_one_line(reason)}"
    return f"{where}{shortened(repr(fault['input']))}: {_one_line(fault['msg'])}"


def _one_line(text: object) -> str:
    return shortened(" ".join(str(text).split()), 4 * LONGEST_VALUE)
