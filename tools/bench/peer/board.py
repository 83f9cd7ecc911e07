"""A board of tiles, and where the blocks of a network stand on it."""

from typing import NamedTuple


class Board(NamedTuple):
    """Tiles east, tiles south, cores of a tile."""

    width: int
    height: int
    cores: int

    def __str__(self):
        return f"{self.width} x {self.height} x {self.cores}"

    def place(self, block):
        """Column, row and core of a block: one to a tile, row by row, then the second core of every tile."""
        tiles = self.width * self.height
        tile, core = block % tiles, block // tiles
        return tile % self.width, tile // self.width, core


def changed(text, changes):
    """A text with some of its words changed, each of which stands in it once."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
