"""The summary for a mail."""

from __future__ import annotations

from capexrisk.archive.results import Results
from capexrisk.report.files.markdown import markdown
from tests.unit.manifests import changed


def test_it_gives_the_answer(results: Results) -> None:
    text = markdown(results)
    lines = text.splitlines()
    assert lines[0] == f"# {results.manifest.scenario.title}"
    assert sum(line.startswith("- **") for line in lines) == 6
    assert "2,048 paths, seed 2." in text
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(results.issuers) + 3
    assert {line.count("|") for line in table} == {5}
    assert "about 1 in" in text
    assert results.manifest.scenario_digest in text
    assert not {"\N{NO-BREAK SPACE}", "\N{WORD JOINER}"} & set(text)


def test_it_says_where_inputs_are_not_drawn(results: Results) -> None:
    """The results have ranges and no points over them."""
    said = "The inputs stand as they are"
    assert said in markdown(results)
    without = results.manifest.scenario.uncertainty.model_copy(update={"groups": {}})
    assert said not in markdown(changed(results, scenario={"uncertainty": without}))


def test_what_is_missing_stands_below_the_title(results: Results) -> None:
    text = markdown(changed(results, run={"paths": 100}))
    assert text.splitlines()[2].startswith("**Warning:** the run was stopped, with ")


def test_names_are_no_markup(results: Results) -> None:
    attack = "<script>alert(1)</script>|*a*_b_`c`[d](e)\n# f"
    text = markdown(changed(results, scenario={"title": attack}))
    assert text.splitlines()[0] == (r"# \<script>alert(1)\</script>\|\*a\*\_b\_\`c\`\[d\](e) # f")


def test_any_run_has_one(odd: Results) -> None:
    assert "nan" not in markdown(odd).lower().split()
