"""The hash chain: one per agency, appended at the end of a transaction, sealed outside the database after it.

A row's digest is an HMAC over the row and the digest before it, under a key that the database does not hold; so a row
changed, removed or slipped in is found. The seal file (count, head, HMAC) shows when the last rows are missing.
"""

import fcntl
import hmac
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import Scope
from zhiyin.domain.audit.models import AuditEvent, ChainHead

START = "0" * 64


def _canonical(event: AuditEvent) -> bytes:
    return json.dumps(
        [
            event.chain,
            event.seq,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor_kind,
            event.actor_id,
            event.actor_role,
            str(event.organisation_id or ""),
            event.action,
            event.object_type,
            event.object_id,
            str(event.person_id or ""),
            event.reason,
            event.data,
            event.previous,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def digest_of(event: AuditEvent) -> str:
    """HMAC-SHA256 of the row and its predecessor's digest, as 64 hexadecimal digits."""
    return hmac.new(keys.audit_key(), _canonical(event), "sha256").hexdigest()


def append(scope: Scope) -> None:
    """Write the scope's traces to their chains; called once, inside the transaction, as its last act."""
    by_chain: dict[str, list[Any]] = defaultdict(list)
    for trace in scope.traces:
        by_chain[trace.chain].append(trace)
    now = timezone.now()
    who = scope.actor
    # a fixed order of locking, so that two transactions never wait for each other
    for name in sorted(by_chain):
        head, _ = ChainHead.objects.select_for_update().get_or_create(chain=name)
        events = []
        for trace in by_chain[name]:
            head.count += 1
            event = AuditEvent(
                chain=name,
                seq=head.count,
                at=now,
                actor_kind=who.kind,
                actor_id=who.id,
                actor_role=who.role,
                organisation_id=who.organisation_id,
                action=trace.action,
                object_type=trace.object_type,
                object_id=trace.object_id,
                person_id=trace.person_id,
                reason=trace.reason[:300],
                data=json.loads(json.dumps(trace.data, default=str)),
                previous=head.digest,
            )
            event.digest = digest_of(event)
            head.digest = event.digest
            events.append(event)
        AuditEvent.objects.bulk_create(events)
        head.save()
        count, digest = head.count, head.digest
        transaction.on_commit(lambda name=name, count=count, digest=digest: seal(name, count, digest))
    scope.traces.clear()


# -- seals ------------------------------------------------------------------------------------------------------------


def seal_folder() -> Path:
    return Path(settings.HOME) / "seals"


def _seal_path(chain: str) -> Path:
    return seal_folder() / (chain.replace(":", "-") + ".json")


def _mac(chain: str, count: int, digest: str) -> str:
    return hmac.new(keys.seal_key(), f"{chain}|{count}|{digest}".encode(), "sha256").hexdigest()


def seal(chain: str, count: int, digest: str) -> None:
    """Note outside the database how long the chain is. A seal never goes back: of two commits the longer one stays."""
    folder = seal_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = _seal_path(chain)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if path.exists() and json.loads(path.read_text())["count"] >= count:
                return
        except (ValueError, KeyError):
            pass  # a damaged seal is reported by verify(); a new one must still be written
        temporary = path.with_suffix(".new")
        temporary.write_text(
            json.dumps({"chain": chain, "count": count, "digest": digest, "mac": _mac(chain, count, digest)})
        )
        os.replace(temporary, path)


@dataclass(frozen=True)
class Fault:
    """Something the log cannot explain. ``seq`` is None when the whole chain is meant."""

    chain: str
    seq: int | None
    what: str


@dataclass(frozen=True)
class Verdict:
    """Result of reading every chain from its first row."""

    checked_at: datetime
    chains: dict[str, int]
    faults: list[Fault]
    unsealed: dict[str, int]

    @property
    def sound(self) -> bool:
        return not self.faults


def verify() -> Verdict:
    """Read all chains, heads, seals and triggers. Finds a changed, removed or inserted row and a missing trigger.

    Rows that were committed but not yet sealed (the process was killed in between) are counted in ``unsealed``, not
    reported: their digests hold.
    """
    from zhiyin.domain.audit import triggers

    counts: dict[str, int] = {}
    last: dict[str, str] = {}
    faults: list[Fault] = []
    events: Iterator[AuditEvent] = AuditEvent.objects.order_by("chain", "seq").iterator(chunk_size=2000)
    for event in events:
        name = event.chain
        expected, previous = counts.get(name, 0) + 1, last.get(name, START)
        if event.seq != expected:
            faults.append(Fault(name, event.seq, f"应为第 {expected} 条：中间有记录被删除或插入"))
        elif event.previous != previous:
            faults.append(Fault(name, event.seq, "与前一条接不上：前面的记录被改动或替换"))
        if not hmac.compare_digest(digest_of(event), event.digest):
            faults.append(Fault(name, event.seq, "内容与摘要不符：记录被改动，或不是系统写入的"))
        counts[name], last[name] = event.seq, event.digest
    unsealed: dict[str, int] = {}
    heads = {head.chain: head for head in ChainHead.objects.all()}
    sealed = {path.stem for path in seal_folder().glob("*.json")} if seal_folder().is_dir() else set()
    for name in sorted(set(counts) | set(heads)):
        count, digest = counts.get(name, 0), last.get(name, START)
        head = heads.get(name)
        if head is None or (head.count, head.digest) != (count, digest):
            faults.append(Fault(name, None, "链头与最后一条不符：末尾的记录被删除或添加"))
        sealed.discard(_seal_path(name).stem)
        faults.extend(_check_seal(name, count, unsealed))
    faults.extend(Fault(stem, None, "有封存而无记录：整条链被删除") for stem in sorted(sealed))
    faults.extend(Fault("", None, f"表 {table} 的防改触发器 {name} 缺失或被改动") for table, name in triggers.missing())
    return Verdict(timezone.now(), counts, faults, unsealed)


def _check_seal(name: str, count: int, unsealed: dict[str, int]) -> list[Fault]:
    path = _seal_path(name)
    if not path.exists():
        if count:
            unsealed[name] = count
        return []
    try:
        seal_data = json.loads(path.read_text())
        sealed_count, sealed_digest = int(seal_data["count"]), str(seal_data["digest"])
        mac_holds = hmac.compare_digest(_mac(name, sealed_count, sealed_digest), str(seal_data["mac"]))
    except (ValueError, KeyError, TypeError):
        return [Fault(name, None, "封存文件读不懂：可能被改动")]
    if not mac_holds:
        return [Fault(name, None, "封存文件被改动")]
    if sealed_count > count:
        return [Fault(name, None, f"封存时有 {sealed_count} 条，现在只有 {count} 条：末尾的记录被删除")]
    row = AuditEvent.objects.filter(chain=name, seq=sealed_count).values_list("digest", flat=True).first()
    if row != sealed_digest:
        return [Fault(name, sealed_count, "与封存时的摘要不符：记录被整段替换")]
    if count > sealed_count:
        unsealed[name] = count - sealed_count
    return []
