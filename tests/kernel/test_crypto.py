"""Encryption, digests, derived keys, the key file."""

import hashlib
import logging
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.kernel import crypto
from zhiyin.kernel.crypto import KeyFile, Suite, Unreadable

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
SUITES = st.sampled_from(["aes", "sm"])


def test_sm3_vector() -> None:
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert crypto.sm3(b"abc") == crypto.digest("sm", b"abc") == expected
    assert crypto.digest("aes", b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_sm4_block_vector_of_the_cipher_underneath() -> None:
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()
    assert (encryptor.update(block) + encryptor.finalize()).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_vector_of_rfc_8998() -> None:
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    aad = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(bytes([value]) * 8 for value in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert crypto._sm4_gcm_encrypt(key, nonce, plain, aad) == sealed
    assert crypto._sm4_gcm_decrypt(key, nonce, sealed, aad) == plain


@given(st.binary(max_size=200), st.binary(max_size=40), SUITES)
def test_round_trip(plain: bytes, context: bytes, suite: Suite) -> None:
    blob = crypto.seal(KEY, plain, context, suite)
    assert len(blob) == len(plain) + 29
    assert crypto.open_sealed(KEY, blob, context) == plain
    assert crypto.seal(KEY, plain, context, suite) != blob


@given(st.binary(max_size=60), SUITES, st.data())
def test_any_flipped_bit_is_noticed(plain: bytes, suite: Suite, data: st.DataObject) -> None:
    blob = bytearray(crypto.seal(KEY, plain, b"person/1", suite))
    bit = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unreadable):
        crypto.open_sealed(KEY, bytes(blob), b"person/1")


@given(st.binary(max_size=60), SUITES, st.data())
def test_any_truncation_is_noticed(plain: bytes, suite: Suite, data: st.DataObject) -> None:
    blob = crypto.seal(KEY, plain, b"", suite)
    with pytest.raises(Unreadable):
        crypto.open_sealed(KEY, blob[: data.draw(st.integers(0, len(blob) - 1))], b"")


@pytest.mark.parametrize("suite", ["aes", "sm"])
def test_another_key_record_or_suite_does_not_open(suite: Suite) -> None:
    blob = crypto.seal(KEY, "秘密".encode(), b"person/1", suite)
    swapped = bytes([{0x11: 0x12, 0x12: 0x11}[blob[0]]]) + blob[1:]
    for key, each, context in ((OTHER, blob, b"person/1"), (KEY, blob, b"person/2"), (KEY, swapped, b"person/1")):
        with pytest.raises(Unreadable, match="无法解开"):
            crypto.open_sealed(key, each, context)


@pytest.mark.parametrize("suite", ["aes", "sm"])
def test_wrapped_keys(suite: Suite) -> None:
    data_key = crypto.new_key()
    wrapped = crypto.wrap_key(KEY, data_key, b"person/1", suite)
    assert crypto.unwrap_key(KEY, wrapped, b"person/1") == data_key
    with pytest.raises(Unreadable):
        crypto.unwrap_key(KEY, wrapped, b"person/2")
    with pytest.raises(Unreadable):
        crypto.open_sealed(KEY, wrapped, b"person/1")
    with pytest.raises(Unreadable):
        crypto.unwrap_key(KEY, crypto.seal(KEY, data_key, b"person/1", suite), b"person/1")


def test_lookup_digest_vectors() -> None:
    # HMAC by its definition (RFC 2104), with the hash alone
    inner, outer = (bytes(byte ^ pad for byte in KEY.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    assert crypto.lookup_digest(KEY, "值", "sm") == crypto.sm3(outer + bytes.fromhex(crypto.sm3(inner + "值".encode())))
    nested = hashlib.sha256(outer + hashlib.sha256(inner + "值".encode()).digest()).hexdigest()
    assert crypto.lookup_digest(KEY, "值") == nested
    assert crypto.lookup_digest(OTHER, "值") != crypto.lookup_digest(KEY, "值")


def test_derived_keys_differ_by_purpose_and_repeat() -> None:
    assert crypto.derive(KEY, "lookup") == crypto.derive(KEY, "lookup")
    made = {KEY, *(crypto.derive(KEY, purpose) for purpose in ("lookup", "wrap", "codes"))}
    assert len(made) == 4
    assert {len(key) for key in made} == {32}
    with pytest.raises(ValueError):
        crypto.derive(KEY, "")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_keys_have_32_bytes(length: int) -> None:
    key = bytes(length)
    with pytest.raises(ValueError):
        crypto.seal(key, b"", b"")
    with pytest.raises(ValueError):
        crypto.open_sealed(key, crypto.seal(KEY, b"", b""), b"")
    with pytest.raises(ValueError):
        crypto.wrap_key(KEY, key, b"")
    with pytest.raises(ValueError):
        crypto.lookup_digest(key, "值")
    with pytest.raises(ValueError):
        crypto.derive(key, "codes")


def test_key_file_is_created_once_with_narrow_rights(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    first = KeyFile(path)
    assert len(first.key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyFile(path).key == first.key
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]
    assert first.key.hex() not in repr(first)
    assert repr(first.key) not in repr(first)


def test_key_file_made_meanwhile_by_another_process_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "master.key"
    winner = KeyFile(path)
    monkeypatch.setattr(Path, "exists", lambda self: False)
    assert KeyFile(path).key == winner.key
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.key"]


def test_loose_rights_are_mended_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "master.key"
    key = KeyFile(path).key
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert KeyFile(path).key == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "644" in caplog.text
    assert key.hex() not in caplog.text


@pytest.mark.parametrize("content", [b"", b"zz", b"00" * 31, "密钥".encode()])
def test_a_damaged_key_file_is_reported_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Unreadable, match="备份"):
        KeyFile(path)
    assert path.read_bytes() == content
