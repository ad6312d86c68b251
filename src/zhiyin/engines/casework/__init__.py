"""Casework: a service process as data, and the state of a case computed from its events."""

from zhiyin.engines.casework.definition import ProcessDefinition, ProcessStep
from zhiyin.engines.casework.events import EVENTS, Event, EventKind, label

__all__ = ["EVENTS", "Event", "EventKind", "ProcessDefinition", "ProcessStep", "label"]
