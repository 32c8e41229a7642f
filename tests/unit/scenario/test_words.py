"""The words of a boom: what may be given, and how a text of the package takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import Words, digest, load_scenario
from capexrisk.scenario.files.editor import json_schema
from capexrisk.scenario.schema import Scenario
from tests.unit.three_issuers import write_file

GIVEN = {"boom": "AI", "anchor": "the AI labs", "bond_market": "investment-grade market"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("words"))


def _with_words(file: Path, words: dict[str, object]) -> Scenario:
    return load_scenario(file, {f"words.{key}": value for key, value in words.items()})


def test_places_are_filled_and_a_sentence_begins_with_a_capital() -> None:
    words = Words(**GIVEN)
    assert words.fill("{Anchor} left {}: {boom} in the {bond_market}", "us") == (
        "The AI labs left us: AI in the investment-grade market"
    )
    assert words.fill("{linked} of {issuer}", issuer="X") == "the linked sector of X"


def test_what_is_left_out_has_a_general_word(file: Path) -> None:
    words = _with_words(file, {"boom": "the canals"}).words
    assert words == Words(boom="the canals")
    assert words.capacity == "capacity" and words.anchor == "the anchor customer"


def test_a_file_takes_words_from_the_one_that_it_extends(file: Path) -> None:
    other = file.with_name("other.toml")
    other.write_text('extends = "three.toml"\n[words]\nboom = "the canals"\nanchor = "the mines"\n')
    third = file.with_name("third.toml")
    third.write_text('extends = "other.toml"\n[words]\nanchor = "the mills"\n')
    assert load_scenario(third).words == Words(boom="the canals", anchor="the mills")


def test_no_digest_depends_on_words(file: Path) -> None:
    plain, told = load_scenario(file), _with_words(file, GIVEN)
    assert plain.words != told.words
    assert digest(plain) == digest(told)
    assert "words" not in told.model_case()


def test_words_survive_being_written(file: Path) -> None:
    told = _with_words(file, GIVEN)
    assert Scenario.model_validate_json(told.model_dump_json(exclude_unset=True)).words == (
        told.words
    )


@pytest.mark.parametrize("text", ["a", "the C.P.R.", "l'électricité (3)", "铁路", "x" * 40])
def test_letters_of_any_script_are_taken(file: Path, text: str) -> None:
    assert _with_words(file, {"boom": text}).words.boom == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not usable"),
        (" canals", "not usable"),
        ("x" * 41, "has 41 characters"),
        ("<b>", "not usable"),
        ("a\nb", "not usable"),
        ("a\u202eb", "not usable"),
        ("a | b", "not usable"),
        ("a*b*", "not usable"),
        ("a_b_", "not usable"),
        ("$x$", "not usable"),
        ("{boom}", "not usable"),
        ("=1+1", "not usable"),
        (7, "not text"),
    ],
)
def test_what_could_be_markup_or_a_formula_is_refused(file: Path, text: object, says: str) -> None:
    with pytest.raises(ScenarioError, match=rf"words\.boom: .*{says}"):
        _with_words(file, {"boom": text})


def test_a_key_that_is_misspelt_is_suggested(file: Path) -> None:
    with pytest.raises(ScenarioError, match=r"words\.ancor: not a known key; .*anchor"):
        _with_words(file, {"ancor": "the mines"})


def test_the_schema_describes_each() -> None:
    described = json_schema()["$defs"]["Words"]["properties"]
    assert list(described) == list(Words.model_fields)
    assert all(part["description"] and part["default"] for part in described.values())
