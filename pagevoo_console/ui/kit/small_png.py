"""Pictures of views as PNGs a third the usual size: 256 colours, chosen so that no badge or icon loses its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QImage, QImageWriter

COLOURS = 256
COMMON = 144
"""How many places of the palette go to the most frequent shades; the others to kinds of shade not among them."""
SMALLEST = 0
"""Qt's word for zlib's highest level, in the place of a quality."""
_OPAQUE = 0xFF000000
_KIND = 0xF0F0F0
"""Shades that are the same in these bits are of one kind."""


def save_small(image: QImage, path: Path) -> bool:
    """Write the picture; False where the file cannot be written. Shades beyond the palette become their nearest."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    shades = Counter(memoryview(plain.constBits()).cast("I"))
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    small = plain.convertToFormat(QImage.Format.Format_Indexed8, palette_of(shades), flags)
    writer = QImageWriter(str(path), QByteArray(b"png"))
    writer.setQuality(SMALLEST)
    return writer.write(small)


def palette_of(shades: Counter[int]) -> list[int]:
    """At most 256 of the shades, as opaque 0xAARRGGBB: frequent ones first, then one of each kind, then what fits."""
    ranked = [shade for shade, _ in shades.most_common()]
    chosen = dict.fromkeys(ranked[:COMMON])
    kinds = {shade & _KIND for shade in chosen}
    for shade in ranked[COMMON:]:
        if len(chosen) < COLOURS and shade & _KIND not in kinds:
            kinds.add(shade & _KIND)
            chosen[shade] = None
    for shade in ranked[COMMON:]:
        if len(chosen) < COLOURS:
            chosen[shade] = None
    return [shade | _OPAQUE for shade in chosen]
