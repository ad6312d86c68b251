"""What rooms above do when occupations were matched or an opinion was noted, such as recording it in the case."""

from collections.abc import Callable
from datetime import datetime

from zhiyin.domain.matching.models import MatchChoice, MatchRun

_on_run: list[Callable[[MatchRun, datetime | None], None]] = []
_on_choice: list[Callable[[MatchChoice, datetime | None], None]] = []


def on_run(function: Callable[[MatchRun, datetime | None], None]) -> None:
    """Register a function that is called in the transaction of every run, with the time if it is a late entry."""
    _on_run.append(function)


def on_choice(function: Callable[[MatchChoice, datetime | None], None]) -> None:
    """Register a function that is called in the transaction of every confirmed opinion."""
    _on_choice.append(function)


def tell_run(run: MatchRun, happened_at: datetime | None) -> None:
    for function in _on_run:
        function(run, happened_at)


def tell_choice(choice: MatchChoice, happened_at: datetime | None) -> None:
    for function in _on_choice:
        function(choice, happened_at)
