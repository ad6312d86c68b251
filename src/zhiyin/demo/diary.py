"""When things happen in an invented service: on working days, in office hours, one after the other."""

import random
from datetime import date, datetime, time, timedelta

from zhiyin.guide.models import ZONE
from zhiyin.kernel.workdays import WorkingCalendar

_MORNING, _NOON, _AFTERNOON, _EVENING = 9 * 60, 11 * 60 + 30, 13 * 60 + 30, 17 * 60


class Diary:
    """Moments drawn for one client. ``pace`` stretches the days between them; 1 is brisk."""

    def __init__(self, rng: random.Random, calendar: WorkingCalendar, pace: float = 1.0) -> None:
        self.rng, self.calendar, self.pace = rng, calendar, pace

    def working(self, day: date) -> date:
        """``day`` if somebody works on it, else the working day before it."""
        return day if self.calendar.is_working(day) else self.calendar.add_working_days(day, -1)

    def on(self, day: date) -> datetime:
        """Some time of ``day`` at which the office is open."""
        start, end = (_MORNING, _NOON) if self.rng.random() < 0.55 else (_AFTERNOON, _EVENING)
        return self.at(day, self.rng.randrange(start, end, 5))

    def at(self, day: date, minutes: int) -> datetime:
        return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=ZONE)

    def after(self, moment: datetime, low: int, high: int) -> datetime:
        """``low`` to ``high`` working days later, or later on the same day."""
        days = round(self.rng.randint(low, high) * self.pace)
        if days == 0:
            return self.soon(moment)
        return self.on(self.calendar.add_working_days(moment.date(), days))

    def back(self, moment: datetime, days: int) -> datetime:
        """``days`` working days before ``moment``, in office hours."""
        return self.on(self.calendar.add_working_days(moment.date(), -days))

    def soon(self, moment: datetime, low: int = 10, high: int = 60) -> datetime:
        """Some minutes later."""
        return moment + timedelta(minutes=self.rng.randint(low, high))

    def evening(self, moment: datetime, low: int, high: int) -> datetime:
        """At home, ``low`` to ``high`` calendar days later between seven and ten."""
        day = moment.date() + timedelta(days=self.rng.randint(low, high))
        return self.at(day, self.rng.randrange(19 * 60, 22 * 60)) + timedelta(seconds=self.rng.randrange(60))
