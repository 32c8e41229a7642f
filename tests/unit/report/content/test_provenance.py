"""How a run was computed, in the words of its page."""

from __future__ import annotations

from capexrisk.archive.results import Results
from capexrisk.report.content.provenance import facts
from capexrisk.report.files.markdown import markdown
from capexrisk.report.files.run_page import render
from tests.unit.manifests import changed

COMMIT, DIGEST = "0123456789abcdef" * 2 + "01234567", "fedcba9876543210" * 4


def told(results: Results, **code: object) -> str:
    record = {"version": "0.1.0", "revision": COMMIT, "changed": False, "digest": DIGEST, **code}
    return dict(facts(changed(results, code=record)))["Code"]


def test_the_code_is_told(results: Results) -> None:
    assert told(results) == "0.1.0, commit 0123456789ab, digest fedcba987654"
    assert told(results, changed=True) == (
        "0.1.0, commit 0123456789ab with changes, digest fedcba987654"
    )
    assert told(results, changed=None, revision=None) == "0.1.0, digest fedcba987654"


def test_page_and_mail_have_it(results: Results) -> None:
    digest = results.manifest.code.digest[:12]
    assert f"digest {digest}" in render(results, []) and f"digest {digest}" in markdown(results)
    machine = dict(facts(results))["Machine"]
    assert machine.endswith(f"compiled for {results.manifest.machine.llvm_cpu}")
