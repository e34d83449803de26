"""CRC-32C (Castagnoli), the checksum of Secret Manager's payloads and of Storage's objects."""

from __future__ import annotations

_POLYNOMIAL = 0x82F63B78


def _table() -> tuple[int, ...]:
    rows = []
    for number in range(256):
        value = number
        for _bit in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_TABLE = _table()


def crc32c(data: bytes, before: int = 0) -> int:
    """Return the checksum of bytes, 0 to 2**32 - 1 (RFC 3720, appendix B.4).

    ``before`` is the checksum of what comes before them.
    """
    value = before ^ 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF
