"""Casework: a service process as data, and the state of a case computed from its events."""

from zhiyin.engines.casework.aftercare import ComplaintState, Due, FeedbackState, FollowUpState
from zhiyin.engines.casework.definition import Calendar, ProcessDefinition, ProcessStep
from zhiyin.engines.casework.events import EVENTS, Event, EventKind, label
from zhiyin.engines.casework.rules import check_may_record, closing_obstacles
from zhiyin.engines.casework.state import CaseState, StepState, state

__all__ = [
    "EVENTS",
    "Calendar",
    "CaseState",
    "ComplaintState",
    "Due",
    "Event",
    "EventKind",
    "FeedbackState",
    "FollowUpState",
    "ProcessDefinition",
    "ProcessStep",
    "StepState",
    "check_may_record",
    "closing_obstacles",
    "label",
    "state",
]
