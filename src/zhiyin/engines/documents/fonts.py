"""Noto Sans SC as static files, cut once from the variable fonts in ``justmytype-intl-cjk`` and kept in a cache folder.

Static, because typst draws SVG text set in a variable font in its thinnest weight. Regular is whole (30,890
characters, so rare characters in names print); Bold holds GB 2312 only, and a rare character in a heading falls back
to Regular. Two small files add the 2,300 ideographs (𠮷 among them) that only the Japanese and Traditional Chinese
designs have. Cutting takes about 20 s and 250 MB of memory, once per machine; no system font is ever used, so a
document looks the same everywhere.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib import metadata, resources
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class _Face:
    file: str
    source: str
    family: str
    style: str
    weight: int


_PACKAGE = "justmytype-intl-cjk"
_RECIPE = 2  # raise when the cut changes, so that old caches are left alone
REGULAR = _Face("NotoSansSC-Regular.ttf", "notosanssc/NotoSansSC[wght].ttf", "Noto Sans SC", "Regular", 400)
BOLD = _Face("NotoSansSC-Bold.ttf", "notosanssc/NotoSansSC[wght].ttf", "Noto Sans SC", "Bold", 700)
RARE = (
    _Face("NotoSansRareJP-Regular.ttf", "notosansjp/NotoSansJP[wght].ttf", "Noto Sans Rare JP", "Regular", 400),
    _Face("NotoSansRareTC-Regular.ttf", "notosanstc/NotoSansTC[wght].ttf", "Noto Sans Rare TC", "Regular", 400),
)
FACES = (REGULAR, BOLD, *RARE)
FAMILIES = tuple(dict.fromkeys(face.family for face in FACES))


def fonts_dir() -> Path:
    """The folder of the static fonts: ``ZHIYIN_FONTS``, or one under the user's cache named after source and recipe."""
    named = os.environ.get("ZHIYIN_FONTS")
    if named:
        return Path(named)
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "zhiyin" / f"fonts-{metadata.version(_PACKAGE)}-{_RECIPE}"


def ensure(progress: Callable[[str], None] | None = None) -> Path:
    """Folder with all fonts, cutting them first where they are missing.

    Safe for several processes at once: each file appears whole or not at all, and a lock spares the second process
    the work. ``progress`` is told in Chinese what is going on. Raises OSError where the folder cannot be written.
    """
    folder = fonts_dir()
    if _complete(folder):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder / ".lock"):
        for face in FACES:
            if (folder / face.file).is_file():
                continue
            if progress:
                progress(f"首次使用：正在准备字体 {face.file}（约十秒，只做一次）")
            _write(folder / face.file, partial(_cut, face))
        licence = _source().joinpath("notosanssc", "OFL.txt").read_bytes()
        _write(folder / "OFL.txt", lambda path: path.write_bytes(licence))
    return folder


@cache
def coverage() -> frozenset[int]:
    """Code points that the fonts can draw between them."""
    folder = ensure()
    return frozenset().union(*(_characters(folder / face.file) for face in FACES))


def _characters(path: Path) -> set[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


def _complete(folder: Path) -> bool:
    return all((folder / face.file).is_file() for face in FACES)


def _source() -> Any:
    return resources.files("justmytype_intl_cjk").joinpath("fonts", "ofl")


def _gb2312() -> set[int]:
    found = set(range(0x20, 0x7F)) | set(map(ord, "\u00a0·×–—‘’“”…•→√✓〓〇①②③④⑤⑥⑦⑧⑨⑩"))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            found.update(map(ord, bytes((high, low)).decode("gb2312", "ignore")))
    return found


def _wanted(face: _Face) -> set[int] | None:
    """Code points to keep; ``None`` for all."""
    if face == BOLD:
        return _gb2312()
    if face in RARE:
        with resources.as_file(_source().joinpath(*REGULAR.source.split("/"))) as path:
            return {point for point in range(0x3400, 0x40000) if _ideograph(point)} - _characters(path)
    return None


def _ideograph(point: int) -> bool:
    return 0x3400 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF or 0x20000 <= point <= 0x3FFFF


def _cut(face: _Face, path: Path) -> None:
    from fontTools import subset  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer  # type: ignore[import-untyped]

    wanted = _wanted(face)
    with resources.as_file(_source().joinpath(*face.source.split("/"))) as source, TTFont(source) as font:
        if wanted is not None:
            options = subset.Options(name_IDs=["*"], notdef_outline=True, layout_features=["*"])
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=wanted)
            cutter.subset(font)
        instancer.instantiateVariableFont(font, {"wght": face.weight}, inplace=True)
        names = font["name"]
        # 1, 2, 4, 6 and the typographic names still tell of the variable family; copyright and licence stay
        names.names = [record for record in names.names if record.nameID in {0, 5, 7, 8, 9, 11, 12, 13, 14}]
        postscript = face.file.removesuffix(".ttf")
        for number, text in ((1, face.family), (2, face.style), (3, f"{postscript} {_RECIPE}"), (6, postscript)):
            names.setName(text, number, 3, 1, 0x409)
        names.setName(f"{face.family} {face.style}", 4, 3, 1, 0x409)
        font["OS/2"].usWeightClass = face.weight
        font["OS/2"].fsSelection = 0x20 if face == BOLD else 0x40
        font["head"].macStyle = 1 if face == BOLD else 0
        if "STAT" in font:
            del font["STAT"]
        font.save(path)


def _write(target: Path, make: Callable[[Path], object]) -> None:
    handle, name = tempfile.mkstemp(prefix=".cutting-", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        make(temporary)
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: no lock, the atomic rename alone keeps the files whole
        yield
        return
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
