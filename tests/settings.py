"""The project's settings with a throw-away home folder, and a real PostgreSQL when the suite is run for it."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# with pytest-xdist the controller makes the folder and each worker lives in a part of its own
if "ZHIYIN_TEST_HOME" not in os.environ:
    os.environ["ZHIYIN_TEST_HOME"] = tempfile.mkdtemp(prefix="zhiyin-test-")
    atexit.register(shutil.rmtree, os.environ["ZHIYIN_TEST_HOME"], ignore_errors=True)
_home = Path(os.environ["ZHIYIN_TEST_HOME"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
_home.mkdir(exist_ok=True)
(_home / "static").mkdir(exist_ok=True)  # whitenoise warns about a folder that is missing
for _name in [name for name in os.environ if name.startswith("ZHIYIN_") and not name.startswith("ZHIYIN_TEST_")]:
    if _name != "ZHIYIN_FONTS":
        del os.environ[_name]
os.environ["ZHIYIN_MODE"] = "test"
os.environ["ZHIYIN_HOME"] = str(_home)
os.environ["ZHIYIN_LOG_LEVEL"] = "ERROR"
if os.environ.get("ZHIYIN_TEST_DATABASE") == "postgresql":
    if "ZHIYIN_TEST_POSTGRES" not in os.environ:
        from tests.postgres import start

        os.environ["ZHIYIN_TEST_POSTGRES"] = start()
    os.environ["ZHIYIN_DATABASE_URL"] = os.environ["ZHIYIN_TEST_POSTGRES"]

from zhiyin.settings.django import *  # noqa: E402, F403
