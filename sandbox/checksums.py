"""CRC-32C (Castagnoli), which Secret Manager and Storage send with what they keep."""

from __future__ import annotations

POLYNOMIAL = 0x82F63B78


def _table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _bit in range(8):
            value = (value >> 1) ^ POLYNOMIAL if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


TABLE = _table()


def crc32c(data: bytes, before: int = 0) -> int:
    """Return the checksum of some bytes as an unsigned number; ``before`` is that of the start."""
    value = before ^ 0xFFFFFFFF
    for byte in data:
        value = TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF
