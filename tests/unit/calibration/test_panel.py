"""Quarters of firms: what is read, what is left out, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.calibration.panel import CAPEX, CASH_FLOW, read_panel
from capexrisk.errors import TableError

HEADER = "issuer,quarter,start,operating_cash_flow_usd_bn,capex_usd_bn"


def row(firm, q, flow, capex):
    return f"{firm},{2023 + q // 4}Q{q % 4 + 1},x,{flow},{capex}"


def firms(names="ABCD", quarters=10):
    return [row(f, q, 10 + q + ord(f) % 3, 5 + q % 2) for f in names for q in range(quarters)]


def read(tmp_path, rows, header=HEADER):
    path = tmp_path / "q.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return read_panel(path)


def test_logs_by_flow_and_firm(tmp_path):
    found = read(tmp_path, firms())
    assert found.left_out == ()
    assert list(found.flows[CAPEX]) == list("ABCD")
    flow = found.flows[CASH_FLOW]["A"]
    assert flow.first == 4 * 2023
    assert np.exp(flow.log_usd_bn) == pytest.approx(10.0 + np.arange(10) + ord("A") % 3)


def test_what_has_no_logarithm_or_is_short_is_left_out_and_named(tmp_path):
    rows = firms("ABCDEF")
    rows[12] = row("B", 2, -1.5, 5)
    rows[23] = row("C", 3, "", 5)
    found = read(tmp_path, [*rows, row("G", 0, 3, 4)])
    assert list(found.flows[CASH_FLOW]) == list("ADEF")
    assert list(found.flows[CAPEX]) == list("ABCDEF")
    b, c, g, _ = found.left_out
    assert b.startswith("B, operating_cash_flow_usd_bn: 1 quarter is at or below 0, which has no")
    assert c == "C, operating_cash_flow_usd_bn: 6 quarters since the last gap are fewer than 8."
    assert g == "G, operating_cash_flow_usd_bn: 1 quarters are fewer than 8."


def test_quarters_to_one_near_zero_do_not_count(tmp_path):
    """A small difference of two large sums; its logarithm would be nearly all of the noise."""
    rows = firms()
    rows[1] = row("A", 1, 0.2, 5)  # a tenth of the median is 1.55
    rows[11] = row("B", 1, 1.7, 5)
    found = read(tmp_path, rows)
    assert found.flows[CASH_FLOW]["A"].first == 4 * 2023 + 2
    assert found.flows[CASH_FLOW]["A"].log_usd_bn.size == 8
    assert found.flows[CASH_FLOW]["B"].log_usd_bn.size == 10
    (left_out,) = found.left_out
    assert left_out.startswith("A, operating_cash_flow_usd_bn: the quarters to 2023Q2, which is")


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        ([*firms(), row("A", 0, 1, 1)], HEADER, "row 42: A has 2023Q1 twice"),
        (
            [*firms(), row("", 0, 1, 1)],
            HEADER,
            "row 42, column A: issuer is empty; name the firm in up to 60 letters",
        ),
        (
            [*firms(), row("a\x07", 0, 1, 1)],
            HEADER,
            "issuer is 'a\\x07'; name the firm",
        ),
        (
            [*firms(), row("E", 0, "x", 1)],
            HEADER,
            "row 42, column D: operating_cash_flow_",
        ),
        ([*firms(), "E,2023q1,x,1,1"], HEADER, "row 42, column B: quarter is '2023q1'; give a"),
        (firms(), HEADER.replace("capex_usd_bn", "capex"), "no column is named 'capex_usd_bn'"),
        (firms("AB"), HEADER, "with 8 quarters of operating_cash_flow_usd_bn: 2; give 3"),
        (firms(quarters=7), HEADER, "firms with 8 quarters of operating_cash_flow_usd_bn: 0"),
    ],
)
def test_bad_tables_are_refused(tmp_path, rows, header, words):
    with pytest.raises(TableError) as refused:
        read(tmp_path, rows, header)
    assert words in str(refused.value)
