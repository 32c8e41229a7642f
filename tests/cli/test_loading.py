"""What is loaded while paths are simulated: an error is told where it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest

from capexrisk.cli import loading


def test_an_error_of_a_module_is_told_where_it_is_used(tmp_path, monkeypatch, capsys):
    """The thread says nothing of it, and what stands before it in the list is loaded."""
    begun: list[Thread] = []

    class Kept(Thread):
        def start(self) -> None:
            begun.append(self)
            super().start()

    monkeypatch.setattr(loading, "Thread", Kept)
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in (("sound_one", ""), ("broken_one", "raise RuntimeError('out of order')")):
        monkeypatch.delitem(sys.modules, name, raising=False)
        Path(tmp_path, f"{name}.py").write_text(text)
    loading.load_meanwhile("sound_one", "broken_one")
    begun[0].join()
    assert "sound_one" in sys.modules and "broken_one" not in sys.modules
    assert capsys.readouterr() == ("", "")
    with pytest.raises(RuntimeError, match="out of order"):
        import_module("broken_one")
