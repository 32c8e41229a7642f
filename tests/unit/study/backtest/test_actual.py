"""Files of what happened: what is read, and what is refused in one line."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import pytest

from capexrisk.errors import ArgumentError
from capexrisk.study.backtest.actual import MOST_ROWS, Actual, read_actual

HEAD = "issuer,period,metric,value,unit"
ROW = "Oracle,2026Q3,capex,5.5,USD bn"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_row_is_read(tmp_path):
    head = f"{HEAD},year_before,growth,confidence,source_title,source_url"
    text = f'\ufeff{head}\n\n{ROW},4.0,0.1,reported,"A, B",https://x.org\n{ROW},,,,,\n'
    path = written(tmp_path, text)
    full, bare = read_actual(path)
    assert full == Actual(
        *(f"{path}, line 3", "Oracle", "2026Q3", "capex", 5.5, "USD bn", 4.0, 0.1),
        *("reported", "A, B", "https://x.org"),
    )
    assert isnan(bare.year_before) and bare.growth == 0.0 and bare.source_title == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a.csv: column 'issuer' is missing; give issuer, period"),
        (f"{HEAD}\n", "a.csv: has no row; give one"),
        ("issuer,period,metric,value\n", "column 'unit' is missing"),
        (f"{HEAD},sorce_title\n", "there is no column 'sorce_title'; did you mean source_title?"),
        (f"{HEAD},unit\n", "column 'unit' stands there twice"),
        (f"{HEAD}\n{ROW},x\n", "line 2: 6 cells below 5 headings"),
        (f"{HEAD}\n{ROW}\nOracle\n", "line 3: 1 cells below 5 headings"),
        (f"{HEAD}\nOracle,2026Q3,capex,,USD bn\n", "line 2: value is empty"),
        (f"{HEAD}\n,2026Q3,capex,1,USD bn\n", "line 2: issuer is empty"),
        (f"{HEAD}\nOracle,2026Q3,capex,'5,USD bn\n", 'line 2: value: "\'5" is no number'),
        (f"{HEAD}\nOracle,2026Q3,capex,nan,USD bn\n", "value: 'nan' is no number"),
        (f"{HEAD}\nOracle,2026Q3,capex,1e999,USD bn\n", "value: '1e999' is no number"),
        (f'{HEAD}\nOracle,2026Q3,capex,"5,5",USD bn\n', "'5,5' is no number; give one, with a poi"),
        (f'{HEAD}\nOracle,2026Q3,"capex,5,USD bn\n', "is no CSV file in UTF-8 (unexpected end"),
        (f"{HEAD}\nOr\x00acle,2026Q3,capex,5,USD bn\n", "issuer"),
        (b"\xff\xfe\x00", "is no CSV file in UTF-8"),
        (f"{HEAD}\nOracle,2026Q3,funding_failure,0.5,event\n", "give 1 if it failed, 0 if it did"),
        (f"{HEAD},growth\n{ROW},0.1\n", "growth has nothing to grow; give year_before"),
        (f"{HEAD},year_before,growth\n{ROW},1,-1\n", "growth -1 leaves nothing"),
        (f"{HEAD}\n" + f"{ROW}\n" * (MOST_ROWS + 1), "there are more than 10,000 rows"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path, text, words):
    if "\x00" in str(text):  # a NUL is a letter like any other: no issuer has it in its name
        assert read_actual(written(tmp_path, text))[0].issuer == "Or\x00acle"
        return
    with pytest.raises(ArgumentError) as refused:
        read_actual(written(tmp_path, text))
    message = str(refused.value)
    assert words in message and "\n" not in message and message.startswith("actual: ")


def test_a_file_that_is_not_there(tmp_path):
    for path, words in ((tmp_path / "no.csv", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ArgumentError, match=words):
            read_actual(path)
