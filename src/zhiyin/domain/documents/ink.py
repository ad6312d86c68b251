"""Is there a signature on this picture? Reads the PNG that a browser's canvas makes; no imaging library needed."""

import base64
import binascii
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from zhiyin.kernel.errors import Invalid

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # grey, RGB, grey + alpha, RGB + alpha
MOST_BYTES = 300_000
MOST_PIXELS = 1_500_000
LEAST_INK = 40  # pixels; a stray touch leaves fewer
_DARK = 128


def read(image: bytes | str) -> bytes:
    """The PNG of a drawn signature, checked; a ``data:image/png;base64,…`` address is decoded first.

    Raises Invalid at ``image`` when it is no readable PNG, too large, blank, filled with one colour or a mere dot.
    """
    data = _from_address(image) if isinstance(image, str) else bytes(image)
    if not data:
        raise Invalid({"image": ["请先签名"]})
    if len(data) > MOST_BYTES:
        raise Invalid({"image": ["签名图片太大，请清除后重签"]})
    try:
        dark = dark_pixels(data)
    except (ValueError, zlib.error, struct.error, KeyError, IndexError):
        raise Invalid({"image": ["签名图片读不出来，请清除后重签"]}) from None
    inked = int(dark.sum())
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if inked < LEAST_INK or inked > 0.6 * dark.size:
        raise Invalid({"image": ["还没有签名，请在框里写下姓名"]})
    if max(rows[-1] - rows[0], columns[-1] - columns[0]) < 10:
        raise Invalid({"image": ["签名太短，请在框里写下姓名"]})
    return data


def _from_address(text: str) -> bytes:
    text = text.strip()
    if not text:
        return b""
    head, _, body = text.partition(",")
    if head != "data:image/png;base64":
        raise Invalid({"image": ["签名应是 PNG 图片"]})
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise Invalid({"image": ["签名图片读不出来，请清除后重签"]}) from None


def dark_pixels(data: bytes) -> NDArray[np.bool_]:
    """True where a pixel shows dark ink on white paper. ``ValueError`` for what no canvas writes (PNG, section 11)."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", _chunk(data, b"IHDR"))
    if depth != 8 or compression or filtering or interlace or not 0 < width * height <= MOST_PIXELS:
        raise ValueError("unusual PNG")
    channels = _CHANNELS[colour]
    stride = width * channels
    expected = height * (stride + 1)
    unpack = zlib.decompressobj()
    raw = unpack.decompress(_chunk(data, b"IDAT"), expected + 1)
    if len(raw) != expected:
        raise ValueError("truncated PNG")
    lines = np.frombuffer(raw, np.uint8).reshape(height, stride + 1)
    pixels = _unfilter(lines, channels).reshape(height, width, channels)
    alpha = pixels[:, :, -1].astype(np.float64) / 255 if channels in {2, 4} else np.ones((height, width))
    tone = pixels[:, :, : 1 if channels <= 2 else 3].mean(axis=2)
    return tone * alpha + 255 * (1 - alpha) < _DARK


def _chunk(data: bytes, wanted: bytes) -> bytes:
    """The joined content of all chunks of one kind, checksums verified."""
    found, place = [], len(_SIGNATURE)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (crc,) = struct.unpack_from(">I", data, place + 8 + length)
        if crc != zlib.crc32(kind + body):
            raise ValueError("damaged PNG")
        if kind == wanted:
            found.append(body)
        place += 12 + length
    return b"".join(found)


def _unfilter(lines: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Undo the line filters (PNG, section 9.2); the sums wrap at 256 as the format wants."""
    above = np.zeros(lines.shape[1] - 1, np.uint8)
    result = np.empty((lines.shape[0], lines.shape[1] - 1), np.uint8)
    for index, line in enumerate(lines):
        kind, body = int(line[0]), line[1:].copy()
        if kind == 1:
            body = np.cumsum(body.reshape(-1, channels), axis=0, dtype=np.uint8).ravel()
        elif kind == 2:
            body = body + above
        elif kind in {3, 4}:
            if body.any() or above.any():  # most lines of a signature are empty paper
                body = _along(body, above, channels, kind)
        elif kind:
            raise ValueError("unknown filter")
        result[index] = above = body
    return result


def _along(body: NDArray[np.uint8], above: NDArray[np.uint8], channels: int, kind: int) -> NDArray[np.uint8]:
    out, up = body.tolist(), above.tolist()
    for i in range(len(out)):
        left = out[i - channels] if i >= channels else 0
        corner = up[i - channels] if i >= channels else 0
        if kind == 3:
            guess = (left + up[i]) // 2
        else:
            away = [(abs(up[i] - corner), left), (abs(left - corner), up[i]), (abs(left + up[i] - 2 * corner), corner)]
            guess = min(away, key=lambda pair: pair[0])[1]
        out[i] = (out[i] + guess) & 255
    return np.array(out, np.uint8)
