"""From folders of YAML and CSV to a registry of checked definitions: all of it, or none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from zhiyin.engines.psychometrics import InstrumentDefinition
from zhiyin.packs import cache as caching
from zhiyin.packs.coherence import coherence_findings
from zhiyin.packs.findings import Finding, PackError
from zhiyin.packs.layers import Profile
from zhiyin.packs.models import FILE_KINDS, CaseFile, Pack, PackHead
from zhiyin.packs.reading import plain_data
from zhiyin.packs.references import references
from zhiyin.packs.registry import Entry, Key, Provenance, Registry
from zhiyin.packs.sources import Parse, Place, Source, model_faults, read_csv, read_yaml, size_findings
from zhiyin.packs.tables import TABLE_KINDS, read_table

CONTENT = Path(__file__).with_name("content")
"""The packs that come with the platform."""

ITEM_COLUMNS = ("id", "scale", "text", "reverse", "order", "read_aloud")
M = TypeVar("M", bound=BaseModel)

MOST_WEIGHT = 500_000
"""Places in all YAML files of one pack, and ten for every row of a table: some hundred megabytes of memory."""

_ROW_WEIGHT = 10
_BESIDE = frozenset({"pack.yaml", "profile.yaml", "CHANGELOG.md", "README.md"})
_FOLDERS = frozenset({*FILE_KINDS, *TABLE_KINDS, "instruments", "cases"})


@dataclass(slots=True)
class Reading:
    """Everything found in a set of packs, sound or not; the loader refuses it if there are errors, the linter tells."""

    parse: Parse = plain_data
    weight: int = 0
    """Of the pack that is being read, see ``MOST_WEIGHT``."""
    packs: list[Pack] = field(default_factory=list)
    entries: dict[Key, Entry] = field(default_factory=dict)
    sources: dict[Key, Source] = field(default_factory=dict)
    cases: list[tuple[Pack, CaseFile, Source]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    faulty: set[Key] = field(default_factory=set)
    """Definitions that are there but refused: who names them is not to blame."""


def load(paths: Sequence[Path] | None = None, *, extra: Sequence[Path] = (), cache: Path | None = None) -> Registry:
    """Registry of the packs in ``paths`` (the built-in content by default) and ``extra``.

    A path is a pack folder or a folder of pack folders. ``cache`` names a folder, private to the user, in which the
    result is kept until a file or the code changes. On any fault: PackError with all findings, nothing loaded.
    """
    folders = pack_folders([*([CONTENT] if paths is None else paths), *extra])
    return caching.through(cache, folders, lambda parsed: _load(folders, parsed.get))


def pack_folders(paths: Sequence[Path]) -> list[Path]:
    """The pack folders that the paths stand for. Raises PackError for a path without any."""
    found: list[Path] = []
    for path in paths:
        inside = [path] if (path / "pack.yaml").is_file() else sorted(file.parent for file in path.glob("*/pack.yaml"))
        if not inside:
            raise PackError([Finding(path, 1, "no-pack", "这里没有定义包", "文件夹里要有 pack.yaml")])
        found += [folder for folder in inside if folder not in found]
    return found


def read(folders: Sequence[Path], *, cases: bool = True, parse: Parse = plain_data) -> Reading:
    """Read and check every file of the packs, collecting all findings instead of stopping at the first.

    ``cases`` are for checking the packs; without them, reading takes half the time.
    """
    reading = Reading(parse=parse)
    packs = [pack for folder in folders if (pack := _read_head(folder, reading)) is not None]
    reading.packs = _in_order(packs, reading)
    for pack in reading.packs:
        _read_pack(pack, reading, cases=cases)
    _check_references(reading)
    if not reading.findings:
        reading.findings += coherence_findings(reading.packs, reading.entries, reading.sources)
    return reading


def _load(folders: Sequence[Path], parse: Parse) -> Registry:
    reading = read(folders, cases=False, parse=parse)
    faults = [finding for finding in reading.findings if finding.level == "error"]
    if faults:
        raise PackError(faults)
    return Registry(reading.packs, reading.entries)


def _read_head(folder: Path, reading: Reading) -> Pack | None:
    trouble = size_findings(folder)
    reading.findings += trouble
    if trouble:
        return None
    source, findings = _read_yaml(folder / "pack.yaml", reading)
    reading.findings += findings
    if findings:
        return None
    head = _validate(PackHead.model_validate, source, reading)
    if head is None:
        return None
    if head.id != folder.name:
        _tell(reading, source, ("id",), "pack-head", f"id 是“{head.id}”，文件夹却叫“{folder.name}”", "改成一样的")
    return Pack(head, folder)


def _in_order(packs: Sequence[Pack], reading: Reading) -> list[Pack]:
    """Packs so that each follows what it requires; packs with unmet or circular requirements are told and put last."""
    by_id: dict[str, Pack] = {}
    for pack in packs:
        if pack.id in by_id:
            other = by_id[pack.id].folder
            reading.findings.append(
                Finding(pack.folder / "pack.yaml", 1, "duplicate-id", f"定义包“{pack.id}”已在 {other}", "留下一个")
            )
        by_id.setdefault(pack.id, pack)
    ordered: list[Pack] = []
    waiting = sorted(by_id.values(), key=lambda pack: pack.id)
    while waiting:
        done = {pack.id for pack in ordered}
        ready = [pack for pack in waiting if done.issuperset(pack.requires)]
        if not ready:
            for pack in waiting:
                absent = [name for name in pack.requires if name not in by_id]
                reason = f"缺少所需的定义包：{'、'.join(absent)}" if absent else "所需的定义包互相要求，或缺了所需的包"
                reading.findings.append(Finding(pack.folder / "pack.yaml", 1, "pack-requires", reason, "检查 requires"))
            return [*ordered, *waiting]
        ordered += ready
        waiting = [pack for pack in waiting if pack not in ready]
    return ordered


def _read_pack(pack: Pack, reading: Reading, *, cases: bool) -> None:
    reading.weight = 0
    for path in sorted(pack.folder.iterdir()):
        if path.name.startswith(".") or path.name in _BESIDE:
            continue
        if not path.is_dir() or path.name not in _FOLDERS:
            _stray(path, reading)
    for name, model in FILE_KINDS.items():
        for source in _yaml_files(pack.folder / name, reading):
            _add(pack, source, _validate(model.model_validate, source, reading), reading)
    for source in _yaml_files(pack.folder / "cases", reading) if cases else ():
        case = _validate(CaseFile.model_validate, source, reading)
        if case is not None:
            reading.cases.append((pack, case, source))
    _read_instruments(pack, reading)
    _read_tables(pack, reading)
    _read_profile(pack, reading)


def _yaml_files(folder: Path, reading: Reading) -> Iterator[Source]:
    for file in _files(folder):
        if file.suffix != ".yaml":
            _stray(file, reading)
            continue
        source, findings = _read_yaml(file, reading)
        reading.findings += findings
        if not findings:
            yield source


def _read_instruments(pack: Pack, reading: Reading) -> None:
    for folder in _files(pack.folder / "instruments"):
        if not (folder / "instrument.yaml").is_file() or not (folder / "items.csv").is_file():
            _stray(folder, reading)
            continue
        source, findings = _read_yaml(folder / "instrument.yaml", reading)
        rows, row_findings = read_csv(folder / "items.csv", ITEM_COLUMNS)
        reading.findings += [*findings, *row_findings]
        if findings or row_findings:
            continue
        try:
            definition = InstrumentDefinition.build(source.data, [row for _, row in rows])
        except ValidationError as error:
            for place, rule, message, mend in model_faults(error):
                in_table = len(place) > 1 and place[0] == "items" and isinstance(place[1], int)
                file = folder / "items.csv" if in_table else source.file
                line = rows[int(place[1])][0] if in_table else source.line(place)
                reading.findings.append(Finding(file, line, rule, message, mend))
            continue
        _add(pack, source, definition, reading)


def _read_tables(pack: Pack, reading: Reading) -> None:
    for name, table in TABLE_KINDS.items():
        for file in _files(pack.folder / name):
            if file.suffix != ".csv":
                _stray(file, reading)
                continue
            if reading.weight > MOST_WEIGHT:
                reading.findings.append(Finding(file, 1, "too-large", "定义包的内容太多", "拆成几个定义包"))
                return
            rows, findings = read_table(table, file)
            reading.findings += findings
            reading.weight += len(rows) * _ROW_WEIGHT
            for id, line, definition in rows:
                provenance = Provenance(pack.id, pack.head.version, file, line)
                _enter((table.kind, id), Entry(definition, provenance), reading)


def _read_profile(pack: Pack, reading: Reading) -> None:
    """The profile of a pack; its id is the pack's own, since the file is always called ``profile.yaml``."""
    file = pack.folder / "profile.yaml"
    if not file.is_file():
        return
    if pack.head.layer != "profile":
        reading.findings.append(
            Finding(
                file, 1, "pack-head", "只有 layer: profile 的包可以有 profile.yaml", "在 pack.yaml 里写 layer: profile"
            )
        )
    source, findings = _read_yaml(file, reading)
    reading.findings += findings
    profile = None if findings else _validate(Profile.model_validate, source, reading)
    if profile is None:
        return
    if profile.id != pack.id:
        _tell(reading, source, ("id",), "file-name", f"id 是“{profile.id}”，定义包却叫“{pack.id}”", "改成一样的")
    provenance = Provenance(pack.id, pack.head.version, file, source.line(("kind",)))
    if _enter(("profile", profile.id), Entry(profile, provenance), reading):
        reading.sources["profile", profile.id] = source


def _read_yaml(file: Path, reading: Reading) -> tuple[Source, list[Finding]]:
    if reading.weight > MOST_WEIGHT:
        return Source(file), [Finding(file, 1, "too-large", "定义包的内容太多，没有再读下去", "拆成几个定义包")]
    source, findings = read_yaml(file, reading.parse)
    reading.weight += len(source.lines)
    return source, findings


def _validate(validate: Callable[[Any], M], source: Source, reading: Reading) -> M | None:
    try:
        return validate(source.data)
    except ValidationError as error:
        for place, rule, message, mend in model_faults(error):
            _tell(reading, source, place, rule, message, mend)
        _is_faulty(source, reading)
    except Exception as error:  # a model's own checks may stumble over data that nobody thought of
        _tell(reading, source, (), "wrong-value", f"内容没法检查：{type(error).__name__} {error}", "对照同类定义改写")
        _is_faulty(source, reading)
    return None


def _is_faulty(source: Source, reading: Reading) -> None:
    kind, id = source.data.get("kind"), source.data.get("id")
    if isinstance(kind, str) and isinstance(id, str):
        reading.faulty.add((kind, id))


def _add(pack: Pack, source: Source, definition: Any, reading: Reading) -> None:
    if definition is None:
        return
    key = (definition.kind, definition.id)
    named = source.file.parent.name if source.file.name == "instrument.yaml" else source.file.stem
    if named != definition.id:
        _tell(reading, source, ("id",), "file-name", f"id 是“{definition.id}”，文件却叫“{named}”", "改成一样的")
    provenance = Provenance(pack.id, pack.head.version, source.file, source.line(("kind",)))
    if _enter(key, Entry(definition, provenance), reading):
        reading.sources[key] = source


def _enter(key: Key, entry: Entry, reading: Reading) -> bool:
    if key in reading.entries:
        other = reading.entries[key].provenance
        where = entry.provenance
        message = f"{key[0]}“{key[1]}”已在 {other.file} 第 {other.line} 行定义"
        reading.findings.append(Finding(where.file, where.line, "duplicate-id", message, "编号不能重复，换一个"))
        return False
    reading.entries[key] = entry
    return True


def _check_references(reading: Reading) -> None:
    within = _reach(reading.packs)
    for key, source in reading.sources.items():
        allowed = within[reading.entries[key].provenance.pack]
        for place, target in references(key[0], source.data):
            _check_reference(reading, source, place, target, allowed)
    for pack, case, source in reading.cases:
        target = (case.definition.kind, case.definition.id)
        _check_reference(reading, source, ("definition", "id"), target, within[pack.id])


def _check_reference(reading: Reading, source: Source, place: Place, key: Key, packs: frozenset[str]) -> None:
    found = reading.entries.get(key)
    kind, name = key
    if found is None and key in reading.faulty:
        return
    if found is None:
        _tell(reading, source, place, "unresolved", f"没有 {kind}“{name}”", "核对编号，或补上这个定义")
    elif found.provenance.pack not in packs:
        owner = found.provenance.pack
        _tell(
            reading,
            source,
            place,
            "unresolved",
            f"{kind}“{name}”在“{owner}”包里",
            f"在 pack.yaml 的 requires 里写上 {owner}",
        )


def _reach(packs: Sequence[Pack]) -> dict[str, frozenset[str]]:
    """For each pack the packs whose definitions it may name: itself and, step by step, what it requires."""
    reach: dict[str, frozenset[str]] = {}
    for pack in packs:
        reach[pack.id] = frozenset({pack.id}).union(*(reach.get(name, frozenset()) for name in pack.requires))
    return reach


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def _stray(path: Path, reading: Reading) -> None:
    reading.findings.append(
        Finding(path, 1, "unknown-file", f"定义包里没有“{path.name}”的位置", "移走，或放进对应的文件夹")
    )


def _tell(reading: Reading, source: Source, place: Place, rule: str, message: str, mend: str) -> None:
    reading.findings.append(Finding(source.file, source.line(place), rule, message, mend))
