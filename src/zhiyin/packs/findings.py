"""What is wrong in a pack, said so that its author can mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zhiyin.kernel.errors import DefinitionError

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where (line counted from 1), which rule, what is wrong, and how to mend it (both in Chinese)."""

    file: Path
    line: int
    rule: str
    message: str
    mend: str = ""
    level: Level = "error"

    def __str__(self) -> str:
        mend = f"（{self.mend}）" if self.mend else ""
        return f"{self.file}:{self.line}: [{self.rule}] {self.message}{mend}"


class PackError(DefinitionError):
    """The packs cannot be used; nothing of them was loaded. ``findings`` holds every fault that was met."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = sorted(findings, key=lambda item: (str(item.file), item.line, item.rule))
        shown = "\n".join(str(finding) for finding in self.findings[:20])
        more = f"\n……另有 {len(self.findings) - 20} 处" if len(self.findings) > 20 else ""
        super().__init__(f"定义包有 {len(self.findings)} 处错误，没有装载：\n{shown}{more}")
