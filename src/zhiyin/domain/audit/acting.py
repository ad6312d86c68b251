"""``acting(actor, reason)``: every write says who and why; ``command``: every write is one named act.

A command runs in one transaction. Its audit events are collected and appended at the very end, so that the lock on the
chain is held for as short a time as can be.
"""

import functools
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction

from zhiyin.kernel.errors import WriteRefused

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Actor:
    """Who acts, by value: a person in a role, the holder of a one-time link, a device, a job or the system itself.

    ``kind`` is staff, client, guardian, employer, link, visitor, job or system. ``person_id`` is set for a client or a
    guardian acting for themselves; ``target`` is the one object that a link opens.
    """

    kind: str
    id: str
    name: str = ""
    role: str = ""
    organisation_id: uuid.UUID | None = None
    user_id: int | None = None
    membership_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    target: str = ""

    @property
    def chain(self) -> str:
        return f"agency:{self.organisation_id}" if self.organisation_id else "system"


SYSTEM = Actor(kind="system", id="system", name="系统")
VISITOR = Actor(kind="visitor", id="visitor", name="访客")


def job(name: str, organisation_id: uuid.UUID | None = None) -> Actor:
    """The actor of a scheduled or command-line job."""
    return Actor(kind="job", id=name, name=name, organisation_id=organisation_id)


@dataclass
class Trace:
    """One event to be appended at the end of the transaction."""

    action: str
    object_type: str
    object_id: str
    person_id: uuid.UUID | None
    data: Mapping[str, Any]
    reason: str
    chain: str


@dataclass
class Scope:
    actor: Actor
    reason: str
    traces: list[Trace] = field(default_factory=list)


_scope: ContextVar[Scope | None] = ContextVar("zhiyin_acting", default=None)
COMMANDS: dict[str, Callable[..., Any]] = {}


def current() -> Scope | None:
    """The scope we act in, or None."""
    return _scope.get()


def actor() -> Actor:
    """The actor of the present scope; ``WriteRefused`` outside one."""
    scope = _scope.get()
    if scope is None:
        raise WriteRefused("没有说明是谁、为什么，不能写入")
    return scope.actor


@contextmanager
def acting(who: Actor, reason: str = "") -> Iterator[Scope]:
    """Open a transaction in which ``who`` acts for ``reason``; all is stored together with its trace, or nothing is.

    Inside another scope of the same actor it joins that one. Another actor inside it is an error of ours.
    """
    from zhiyin.domain.audit import chain

    outer = _scope.get()
    if outer is not None:
        if outer.actor != who:
            raise RuntimeError("another actor inside acting()")
        yield outer
        return
    scope = Scope(who, reason)
    with transaction.atomic():
        token = _scope.set(scope)
        try:
            yield scope
            chain.append(scope)
        finally:
            # closed before the commit: what runs on commit would else join a scope whose traces are already written
            _scope.reset(token)


def record(
    action: str,
    obj: models.Model | None = None,
    *,
    person: Any = None,
    reason: str = "",
    **data: Any,
) -> None:
    """Note in the log what was done to ``obj``. ``data`` holds ids, names of fields, numbers and digests only."""
    scope = _scope.get()
    if scope is None:
        raise WriteRefused("没有说明是谁、为什么，不能写入")
    if person is None and obj is not None:
        person = getattr(obj, "person_id", None)
    elif person is not None:
        person = getattr(person, "pk", person)
    scope.traces.append(
        Trace(
            action=action,
            object_type=obj._meta.label_lower if obj is not None else "",
            object_id=str(obj.pk) if obj is not None else "",
            person_id=person,
            data=data,
            reason=reason or scope.reason,
            chain=scope.actor.chain,
        )
    )


def command(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a function as the one way to do an act: it needs a scope, runs in a savepoint and must leave a trace.

    A command that ends without ``record()`` raises: an act nobody can find again is a defect, not a choice.
    """

    def wrap(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            scope = _scope.get()
            if scope is None:
                raise WriteRefused("没有说明是谁、为什么，不能写入")
            before = len(scope.traces)
            try:
                with transaction.atomic():
                    result = function(*args, **kwargs)
            except BaseException:
                # the savepoint took the writes back, so their traces must go too
                del scope.traces[before:]
                raise
            if len(scope.traces) == before:
                raise RuntimeError(f"command {name} left no trace")
            return result

        if name in COMMANDS:
            raise RuntimeError(f"two commands named {name}")
        COMMANDS[name] = run
        return run

    return wrap
