"""What counts as a drawn signature."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import factories_documents as fd
from zhiyin.domain.documents import ink
from zhiyin.kernel.errors import Invalid


@pytest.mark.parametrize("filtering", [0, 1, 2, 3, 4])
def test_a_stroke_is_ink_under_every_line_filter(filtering: int) -> None:
    image = fd.png(filtering=filtering)
    assert ink.read(image) == image
    np.testing.assert_array_equal(ink.dark_pixels(image), ink.dark_pixels(fd.png()))


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=160, max_size=160), st.sampled_from([1, 2, 3, 4]))
def test_filters_are_undone_exactly(pixels: bytes, kind: int) -> None:
    rows = [pixels[start : start + 40] for start in range(0, 160, 40)]
    lines, above = b"", bytes(40)
    for row in rows:
        lines, above = lines + bytes([kind]) + fd._filtered(row, above, kind), row
    undone = ink._unfilter(np.frombuffer(lines, np.uint8).reshape(4, 41), 4)
    assert undone.tobytes() == pixels


def test_a_data_address_is_decoded() -> None:
    assert ink.read(fd.data_address(fd.png())) == fd.png()


def _plain(colour: int, value: bytes) -> bytes:
    return fd._png(60, 30, colour, (b"\x00" + value * 60) * 30)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (b"", "请先签名"),
        ("", "请先签名"),
        (fd.png(ink=False), "还没有签名"),
        (_plain(2, b"\xff\xff\xff"), "还没有签名"),
        (_plain(2, b"\x00\x00\x00"), "还没有签名"),
        (_plain(6, b"\x00\x00\x00\x00"), "还没有签名"),
        (b"\xff\xd8\xff\xe0 a jpeg", "读不出来"),
        (fd.png()[:-40], "读不出来"),
        (fd.png().replace(b"IDAT", b"IDAX"), "读不出来"),
        (fd._png(3000, 3000, 0, b"\x00" * 100), "读不出来"),
        (fd._png(60, 30, 3, (b"\x00" + b"\x00" * 60) * 30), "读不出来"),
        ("data:image/jpeg;base64,AAAA", "应是 PNG"),
        ("data:image/png;base64,@@", "读不出来"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * ink.MOST_BYTES, "太大"),
    ],
)
def test_what_is_no_signature_is_refused_with_a_reason(image: bytes | str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        ink.read(image)
    assert message in caught.value.errors["image"][0]


def test_a_dot_is_no_signature() -> None:
    lines = b"".join(
        b"\x00" + b"".join(b"\x00\x00\x00\xff" if x < 8 and y < 8 else bytes(4) for x in range(60)) for y in range(30)
    )
    with pytest.raises(Invalid, match="太短"):
        ink.read(fd._png(60, 30, 6, lines))


def test_a_picture_that_unpacks_to_more_than_it_says_is_refused() -> None:
    with pytest.raises(Invalid, match="读不出来"):
        ink.read(fd._png(10, 10, 0, b"\x00" * 5_000_000))
