from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines


class _Loud(str):
    """Turns an undefined template variable into an error instead of an empty place on the page."""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, missing: object) -> str:
        raise LookupError(f"undefined template variable: {missing}")


@pytest.fixture(autouse=True)
def _undefined_variables_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", _Loud("undefined"))


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    """Whitenoise warns about a folder that is missing, and warnings are errors here."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
