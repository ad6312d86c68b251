"""Helpers that several test modules share."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("ZHIYIN_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (ZHIYIN_TEST_CHROMIUM)")


def shared_data(name: str) -> Path:
    """Folder ``name`` of the public data sets, or skip: they are not part of the project.

    ``ZHIYIN_TEST_DATA`` names the folder that holds them; the default is ``../shared/data`` beside the checkout.
    """
    root = Path(os.environ.get("ZHIYIN_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    folder = root / name
    if not folder.is_dir():
        pytest.skip(f"public data set {name} is not on this machine (ZHIYIN_TEST_DATA)")
    return folder
