"""A clock for samples.

A sample is played as if each thing had been recorded when it happened, so that its documents, terms and ages are those
of its own days, this year and in ten. That is a fiction, fit for samples only: whatever is real is entered late, at
the time that it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest import mock


@contextmanager
def turning(start: datetime) -> Iterator[Callable[[datetime], None]]:
    """``timezone.now`` tells ``start``, and from then on what it is set to. It never goes back."""
    shown = start.astimezone(UTC)

    def set_to(moment: datetime) -> None:
        nonlocal shown
        shown = max(shown, moment.astimezone(UTC))

    with mock.patch("django.utils.timezone.now", side_effect=lambda: shown):
        yield set_to
