"""Packs of an agency that change while the platform runs: taken over whole, or not at all."""

import os
import threading
from pathlib import Path

import pytest

from tests.packs.support import CODES, sound
from zhiyin.packs import installed
from zhiyin.packs.findings import PackError
from zhiyin.packs.loader import load


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An agency's pack, installed alone; looked at on every call."""
    monkeypatch.setattr(installed, "load", lambda *, extra, cache: load(extra, cache=cache))
    monkeypatch.setattr(installed, "LOOK_EVERY", 0.0)
    for name in ("_paths", "_cache", "_registry", "_seen", "_looked_at", "_fault"):
        monkeypatch.setattr(installed, name, getattr(installed, name))
    folder = sound(tmp_path / "packs")
    installed.configure([folder])
    return folder


def rename(folder: Path, title: str) -> None:
    """Rewrite the code list under another title, the way a careful editor does: a new file in one step."""
    fresh = folder / "codelists" / ".new"
    fresh.write_text(CODES.replace("title: 颜色", title), encoding="utf-8")
    os.replace(fresh, folder / "codelists" / "colour.yaml")


def title() -> str:
    return str(installed.registry().get("codelist", "colour").title)


def test_the_registry_is_one_object_until_something_changes(own: Path) -> None:
    first = installed.registry()
    assert installed.refresh() is False
    assert installed.registry() is first
    rename(own, "title: 色彩")
    assert installed.registry() is first
    assert installed.refresh() is True
    assert installed.registry() is not first
    assert title() == "色彩"
    assert installed.refresh() is False


def test_a_fault_keeps_the_old_packs_and_is_told_until_it_is_mended(own: Path) -> None:
    first = installed.registry()
    rename(own, "titel: 色彩")
    assert installed.refresh() is False
    assert installed.registry() is first
    fault = installed.last_fault()
    assert fault is not None
    assert {finding.rule for finding in fault.findings} == {"unknown-key", "missing-key"}
    rename(own, "title: 色彩")
    assert installed.refresh() is True
    assert installed.last_fault() is None
    assert title() == "色彩"


def test_files_added_and_removed_are_noticed(own: Path) -> None:
    installed.registry()
    more = own / "codelists" / "shape.yaml"
    more.write_text(CODES.replace("id: colour", "id: shape"), encoding="utf-8")
    assert installed.refresh() is True
    assert [item.id for item in installed.registry().all("codelist")] == ["colour", "shape"]
    more.unlink()
    assert installed.refresh() is True
    assert [item.id for item in installed.registry().all("codelist")] == ["colour"]


def test_a_folder_that_vanishes_leaves_what_was_loaded(own: Path) -> None:
    installed.registry()
    own.rename(own.with_name("away"))
    assert installed.refresh() is False
    assert title() == "颜色"
    fault = installed.last_fault()
    assert fault is not None
    assert [finding.rule for finding in fault.findings] == ["no-pack"]


def test_the_folders_are_not_looked_at_more_often_than_agreed(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed.registry()
    rename(own, "title: 色彩")
    monkeypatch.setattr(installed, "LOOK_EVERY", 3600.0)
    monkeypatch.setattr(installed, "_looked_at", installed.time.monotonic())
    assert installed.refresh() is False
    assert title() == "颜色"


def test_nothing_is_looked_at_before_the_first_use_or_without_folders(own: Path) -> None:
    assert installed.refresh() is False
    installed.configure([])
    assert installed.refresh() is False


def test_a_faulty_pack_at_the_first_use_is_refused(own: Path) -> None:
    rename(own, "titel: 色彩")
    with pytest.raises(PackError):
        installed.registry()


def test_without_waiting_the_loading_goes_on_beside_the_readers(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = installed.registry()
    rename(own, "title: 色彩")
    may_load, loading = threading.Event(), threading.Event()
    real = installed.load

    def slow(**given: object) -> object:
        loading.set()
        assert may_load.wait(30)
        return real(**given)

    monkeypatch.setattr(installed, "load", slow)
    assert installed.refresh(wait=False) is False
    assert loading.wait(30)
    assert installed.refresh() is False
    assert installed.registry() is first
    [thread] = [thread for thread in threading.enumerate() if thread.name == "packs-refresh"]
    may_load.set()
    thread.join(30)
    assert title() == "色彩"
    assert installed.refresh() is False


def test_readers_in_many_threads_meet_only_whole_registries(own: Path) -> None:
    """While the pack is rewritten again and again, sound and faulty, form and code list always fit together."""
    installed.registry()
    stop = threading.Event()
    seen: set[str] = set()
    trouble: list[BaseException] = []

    def look() -> None:
        try:
            while not stop.is_set():
                installed.refresh()
                packs = installed.registry()
                seen.add(packs.get("codelist", "colour").title)
                assert packs.get("form", "taste").sections[0].fields[0].codelist in packs.codelists()
        except BaseException as error:  # told by the main thread
            trouble.append(error)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(12):
        rename(own, f"title: 色{number}" if number % 3 else "titel: 坏")
        for _ in range(3):
            installed.refresh()
    stop.set()
    for thread in threads:
        thread.join(30)
    assert trouble == []
    installed.refresh()
    assert title() == "色11"
    assert seen <= {"颜色", *(f"色{number}" for number in range(12) if number % 3)}
