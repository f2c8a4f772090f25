"""Certificates of a time stamp in another order than the library reads them in."""

from hypothesis import given
from hypothesis import strategies as st

from services.anchors.der import with_sorted_certificates


def tlv(tag: int, *members: bytes) -> bytes:
    """One DER element, short or long form."""
    content = b"".join(members)
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2)) + content


def answer(*certificates: bytes) -> bytes:
    """A time-stamp answer around certificates, as far as its shape goes."""
    signed = tlv(0x30, tlv(2, b"\3"), tlv(0x31), tlv(0x30), tlv(0xA0, *certificates), tlv(0x31))
    return tlv(0x30, tlv(0x30, tlv(2, b"\0")), tlv(0x30, tlv(6, b"\1"), tlv(0xA0, signed)))


def test_certificates_are_put_in_order() -> None:
    """Whatever order they come in, one order is read, and everything else stays as it is."""
    one, two, three = (tlv(0x30, bytes([number]) * 200) for number in (1, 2, 3))
    assert answer(one, two, three) == with_sorted_certificates(answer(three, one, two))


@given(st.binary(max_size=60))
def test_what_has_another_shape_stays_as_it_is(data: bytes) -> None:
    """Garbage is left to the reader of the token, which says what is wrong with it."""
    assert sorted(data) == sorted(with_sorted_certificates(data))


def test_a_cut_answer_stays_as_it_is() -> None:
    """Lengths that point behind the end are followed nowhere."""
    whole = answer(tlv(0x30, b"b" * 200), tlv(0x30, b"a" * 200))
    assert [] == [size for size in range(len(whole)) if with_sorted_certificates(whole[:size]) != whole[:size]]
