"""Many lives side by side under one clock.

History is played in the order of time: everything that happens to everybody on a morning happens on that morning, so
running numbers, the audit log and the times at which things were recorded are those of a year of work. The clock is
moved only here and only while the demo is generated; what is real is recorded at the time that it is.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable
from datetime import datetime

Deed = Callable[[], None]


class Stage:
    """A list of deeds, each with its moment. ``clock`` sets the time that the deeds see; it never goes back."""

    def __init__(self, clock: Callable[[datetime], None], end: datetime) -> None:
        self.clock, self.end = clock, end
        self._order = itertools.count()
        self._deeds: list[tuple[datetime, int, Deed]] = []

    def add(self, at: datetime, deed: Deed) -> None:
        """Do ``deed`` at ``at``; what lies after the end does not happen. Deeds of one moment keep their order."""
        if at <= self.end:
            heapq.heappush(self._deeds, (at, next(self._order), deed))

    def add_all(self, deeds: Iterable[tuple[datetime, Deed]]) -> None:
        for at, deed in deeds:
            self.add(at, deed)

    def play(self, progress: Callable[[int, int], None]) -> None:
        """Do everything; a deed may add others. ``progress`` hears how many are done, of how many."""
        done = 0
        while self._deeds:
            at, _, deed = heapq.heappop(self._deeds)
            self.clock(at)
            deed()
            done += 1
            progress(done, done + len(self._deeds))
