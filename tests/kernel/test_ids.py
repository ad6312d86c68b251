"""Ids, tokens, check codes."""

import re
import threading
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.kernel import ids

KEY = bytes(range(32))


def test_uuid7_has_the_fields_of_rfc_9562() -> None:
    before = time.time_ns() // 1_000_000
    made = ids.uuid7()
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert 0 <= (made.int >> 80) - before < 60_000


def test_uuid7_increases_strictly_also_past_the_counter() -> None:
    made = [ids.uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_uuid7_does_not_fall_back_with_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ids.uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    assert ids.uuid7() > first


def test_uuid7_is_unique_across_threads() -> None:
    made: list[uuid.UUID] = []
    threads = [threading.Thread(target=lambda: made.extend(ids.uuid7() for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4000


def test_token_is_url_safe_and_never_short() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", ids.token())
    assert ids.token() != ids.token()
    with pytest.raises(ValueError):
        ids.token(8)


@given(st.text())
def test_check_code_survives_the_way_people_type_it(text: str) -> None:
    code = ids.check_code(KEY, text)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", code)
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}".replace("0", "o").replace("1", "l")
    assert ids.check_code_matches(KEY, text, typed)
    assert not ids.check_code_matches(KEY, text + "x", code)
    assert not ids.check_code_matches(KEY[::-1], text, code)


@pytest.mark.parametrize("typed", ["", "短", "ÀÉ", "0" * 13])
def test_a_wrong_code_is_false_not_an_error(typed: str) -> None:
    assert ids.check_code_matches(KEY, "报告", typed) is False


def test_check_code_refuses_a_weak_key() -> None:
    with pytest.raises(ValueError):
        ids.check_code(b"short", "text")
