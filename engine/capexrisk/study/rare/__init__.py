"""Rare-event probabilities of failures, by importance sampling or splitting."""

from typing import Literal

Method = Literal["auto", "importance", "splitting"]
