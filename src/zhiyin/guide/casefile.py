"""Reading a case file: every fault with its line and its place, or a case that can be played."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from zhiyin.guide import checks
from zhiyin.guide.models import ZONE, CaseFile
from zhiyin.guide.places import path_of, place_of
from zhiyin.kernel.errors import Invalid, ZhiyinError
from zhiyin.packs.sources import Place, Source, model_faults, read_yaml


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a file. ``line`` counts from 1, indexes in ``path`` from 0."""

    file: Path
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f" {self.path}：" if self.path else " "
        return f"{self.file}:{self.line}{place}{self.message}"


class FaultyCase(ZhiyinError):
    """The file cannot be played. ``faults`` holds every fault that was met, in the order of the lines."""

    def __init__(self, faults: list[Fault]) -> None:
        unique = {(fault.path, fault.message): fault for fault in faults}
        self.faults = sorted(unique.values(), key=lambda fault: (fault.line, fault.path))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Loaded:
    """A sound case file and where everything stands in it."""

    case: CaseFile
    source: Source

    def fault(self, place: Place, message: str) -> Fault:
        return _fault(self.source, place, message)

    def faults_of(self, place: Place, error: ZhiyinError) -> list[Fault]:
        """What a command refused, at the line of the part that it was given."""
        if isinstance(error, Invalid):
            return [
                self.fault((*place, *place_of(field)), message)
                for field, messages in error.errors.items()
                for message in messages
            ]
        return [self.fault(place, str(error))]


def load(file: Path, *, now: datetime | None = None) -> Loaded:
    """The case in ``file``; :class:`FaultyCase` with all faults. ``now`` bounds the times (default: the clock)."""
    source, findings = read_yaml(file)
    faults = [
        Fault(file, found.line, "", f"{found.message}（{found.mend}）" if found.mend else found.message)
        for found in findings
        # times and days are text here, so that nobody has to know when YAML wants quotes
        if found.rule != "unquoted-date"
    ]
    if faults:
        raise FaultyCase(faults)
    try:
        case = CaseFile.model_validate(source.data)
    except ValidationError as error:
        raise FaultyCase(
            [_fault(source, place, _mended(message, mend)) for place, _, message, mend in model_faults(error)]
        ) from None
    moment = now or datetime.now(ZONE)
    faults = [_fault(source, place, message) for place, message in checks.faults(case, moment)]
    if faults:
        raise FaultyCase(faults)
    return Loaded(case, source)


def _fault(source: Source, place: Place, message: str) -> Fault:
    return Fault(source.file, source.line(place), path_of(place), message)


def _mended(message: str, mend: str) -> str:
    # pydantic lists allowed values in English
    mend = mend.replace("' or '", "、").replace("', '", "、").replace("'", "")
    return f"{message}（{mend}）" if mend else message
