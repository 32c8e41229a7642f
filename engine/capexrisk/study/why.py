"""Why a run's failures happen, as far as it was asked: what was found, and left with the run.

`causes`, `sensitivity` and `reverse` of a finished run leave what they found in its folder ``why``
(`study.answers_left`), and its report shows it. `run` asks none of this: it takes its own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from capexrisk.study.causes import Causes
    from capexrisk.study.reverse import Reverse
    from capexrisk.study.sensitivity.analysis import Sensitivity


@dataclass(frozen=True)
class Why:
    """What is known of why a run's failures happen; nothing where nobody asked.

    Attributes
    ----------
    causes : tuple of Causes
    sensitivities : tuple of Sensitivity
        Each of one answer.
    reverses : tuple of Reverse
    other_code : tuple of str
        Names of events and answers that were computed by other code than the run's, or than now
        answers such questions.
    """

    causes: tuple[Causes, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    reverses: tuple[Reverse, ...] = ()
    other_code: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was asked."""
        return bool(self.causes or self.sensitivities or self.reverses)

    def causes_by(self, quarter: str) -> Causes | None:
        """The causes that tell of all issuers' failures by the end of a quarter."""
        return next((one for one in self.causes if one.until == quarter), None)


NOTHING: Final = Why()
