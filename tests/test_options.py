"""Settings: where a value comes from, what is refused, what is never shown."""

from pathlib import Path

import pytest

from zhiyin.kernel.errors import Invalid
from zhiyin.settings.options import OPTIONS, load


def _load(tmp_path: Path, ini: str = "", **environment: str) -> object:
    if ini:
        (tmp_path / "zhiyin.ini").write_text(ini, encoding="utf-8")
    return load({"ZHIYIN_HOME": str(tmp_path), **environment})


def test_every_setting_has_a_default_that_passes_its_own_rule(tmp_path: Path) -> None:
    options = _load(tmp_path)
    assert set(options) == {option.key for option in OPTIONS}
    assert all(option.help for option in OPTIONS)
    for option in OPTIONS:
        if isinstance(option.default, str | int) and not isinstance(option.default, bool):
            assert option.parse(str(option.default)) == option.default, option.key


def test_the_environment_beats_the_file_and_the_file_the_default(tmp_path: Path) -> None:
    ini = "[web]\nport = 9000\nhosts = 甲.example, 乙.example\n[security]\nidle_minutes = 15\n"
    options = _load(tmp_path, ini, ZHIYIN_WEB_PORT="9001", ZHIYIN_MODE="demo")
    assert (options["web.port"], options["security.idle_minutes"], options["web.threads"]) == (9001, 15, 8)
    assert options["web.hosts"] == ["甲.example", "乙.example"]
    assert options["zhiyin.mode"] == "demo"
    sources = {key: options.values_by_key[key].source for key in ("web.port", "security.idle_minutes", "web.threads")}
    assert sources["web.port"] == "环境变量 ZHIYIN_WEB_PORT"
    assert sources["security.idle_minutes"].endswith("zhiyin.ini")
    assert sources["web.threads"] == "默认"


def test_another_file_can_be_named_and_must_exist(tmp_path: Path) -> None:
    other = tmp_path / "other.ini"
    with pytest.raises(Invalid, match="找不到"):
        _load(tmp_path, ZHIYIN_CONFIG=str(other))
    other.write_text("[web]\nport = 9000\n")
    assert _load(tmp_path, "[web]\nport = 1\n", ZHIYIN_CONFIG=str(other))["web.port"] == 9000


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("是", True), ("ON", True), ("0", False), ("否", False), ("", False)]
)
def test_yes_and_no_in_both_languages(tmp_path: Path, text: str, value: bool) -> None:
    assert _load(tmp_path, ZHIYIN_WEB_HTTPS=text)["web.https"] is value


def test_all_faults_are_told_at_once_with_where_they_stand(tmp_path: Path) -> None:
    ini = "[web]\nport = 99999\ncolour = red\n[security]\npassword_length = four\n"
    with pytest.raises(Invalid) as caught:
        _load(tmp_path, ini, ZHIYIN_MODE="party", ZHIYIN_WEB_HTTPS="maybe")
    errors = {key: messages[0] for key, messages in caught.value.errors.items()}
    assert set(errors) == {"web.port", "web.colour", "security.password_length", "zhiyin.mode", "web.https"}
    assert "不能大于 65535" in errors["web.port"]
    assert "zhiyin.ini" in errors["web.port"]
    assert "没有这个设置" in errors["web.colour"]
    assert "应为整数" in errors["security.password_length"]
    assert "production、demo、test" in errors["zhiyin.mode"]
    assert "环境变量 ZHIYIN_MODE" in errors["zhiyin.mode"]


@pytest.mark.parametrize("content", [b"port = 1", b"[web\n", b"[web]\nport = 1\nport = 2\n", b"\xff\xfe\x00bad"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "zhiyin.ini").write_bytes(content)
    with pytest.raises(Invalid, match="读不懂") as caught:
        _load(tmp_path)
    assert list(caught.value.errors) == [str(tmp_path / "zhiyin.ini")]


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    url = "postgresql://zhiyin:geheim@db/zhiyin"
    options = _load(tmp_path, ZHIYIN_DATABASE_URL=url, ZHIYIN_WEB_SECRET_KEY="auch-geheim")
    assert options["database.url"] == url
    assert "geheim" not in repr(options)
    assert "geheim" not in str(options)
    assert "geheim" not in repr(options.values_by_key["database.url"])
    assert options.values_by_key["web.secret_key"].shown() == "（已设置，不显示）"
    assert _load(tmp_path).values_by_key["web.secret_key"].shown() == "（未设置）"


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("geheim\n")
    assert _load(tmp_path, ZHIYIN_WEB_SECRET_KEY_FILE=str(secret))["web.secret_key"] == "geheim"
    assert _load(tmp_path, f"[web]\nsecret_key_file = {secret}\n")["web.secret_key"] == "geheim"
    with pytest.raises(Invalid) as caught:
        _load(tmp_path, ZHIYIN_WEB_SECRET_KEY_FILE=str(tmp_path / "gone"))
    assert list(caught.value.errors) == ["web.secret_key"]
    # what is no secret takes no file: it would hide a plain setting
    with pytest.raises(Invalid):
        _load(tmp_path, f"[web]\nport_file = {secret}\n")


def test_a_faulty_secret_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        _load(tmp_path, ZHIYIN_CRYPTO_SUITE="geheim", ZHIYIN_WEB_PORT="geheim")
    assert "geheim" not in str(caught.value)
