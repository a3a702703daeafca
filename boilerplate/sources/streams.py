"""The plain bytes of a file that may be compressed, and where exactly it is damaged."""

from __future__ import annotations

import io
import zlib
from collections import deque
from contextlib import suppress
from typing import Any

from boilerplate.errors import SourceError

MAGIC = {"gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd"}
# A WARC may begin with a dictionary for its records, in a frame that other readers skip.
# https://iipc.github.io/warc-specifications/specifications/warc-zstd/
DICTIONARY = b"\x5d\x2a\x4d\x18"
_SKIPPABLE = tuple(bytes([0x50 + n]) + DICTIONARY[1:] for n in range(16))
_CHUNK = 16384  # compressed bytes taken at a time; zstd has no bound on what comes out of them
_MOST_OUT = 1 << 20
_WINDOW = 1 << 31  # of zstd, the largest that `--long` makes


class CutShort(SourceError):
    """A compressed file that ends within a member."""


def needed(package: str, what: str) -> SourceError:
    """The error of a library that is not installed."""
    return SourceError(
        f"{what} needs the package {package}: pip install 'boilerplate-classifier[crawl]'"
    )


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        raise needed("zstandard", "reading zstd") from None
    return zstandard


def compression(head: bytes) -> str | None:
    """How data that begin like this are compressed."""
    if head.startswith(_SKIPPABLE):
        return "zstd"
    return next((name for name, magic in MAGIC.items() if head.startswith(magic)), None)


class Decompressed(io.RawIOBase):
    """Reads a file that may be compressed with gzip or zstd, in one member or in many.

    All that comes before a damage is delivered, but for up to 16 kB of zstd before it; then reading
    raises `SourceError`, as it does if the file ends within a member. (The decompressors
    at hand end in silence there.)

    Attributes:
        damage: The sentence of the error that was raised, for readers that swallow it.
        dictionary: Of zstd, if the file begins with one; a reader that goes on amid the file
            hands it to the next `Decompressed`.
        members: Where members begin, as (place in the plain bytes, place in the file), for those
            who bring a list; they throw away those that they have passed.
    """

    def __init__(
        self,
        raw: io.BufferedReader,
        dictionary: bytes | None = None,
        members: deque[tuple[int, int]] | None = None,
    ) -> None:
        self._raw = raw
        self.members = members
        self.dictionary = dictionary
        head = raw.peek(4)[:4]
        self.compression = compression(head)
        if head == DICTIONARY:
            self.dictionary = self._read_dictionary()
        self._place = raw.tell() if raw.seekable() else 0  # of the byte after `_fed`
        self._fed = b""  # read but not decompressed
        self._out = memoryview(b"")  # decompressed but not delivered
        self._position = 0
        self._member: Any = None
        self._error: SourceError | None = None  # once all that comes before it is delivered
        self.damage: str | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many plain bytes have been delivered."""
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with some plain bytes; 0 at the end."""
        if not self._out:
            try:
                self._out = memoryview(self._more())
            except SourceError as error:
                self.damage = str(error)
                raise
        count = min(len(buffer), len(self._out))
        buffer[:count] = self._out[:count]
        self._out = self._out[count:]
        self._position += count
        return count

    def _more(self) -> bytes:
        if self.compression is None:
            return self._raw.read1(1 << 16)
        while True:
            if self._error:
                raise self._error
            if not self._fed:
                self._fed = self._raw.read1(_CHUNK)
                self._place += len(self._fed)
            if self._member is None:
                self._fed = self._fed.lstrip(b"\0")  # a tape's padding
                if not self._fed:
                    if self._raw.peek(1):
                        continue
                    return b""
                if self.members is not None:
                    self.members.append((self._position, self._place - len(self._fed)))
                self._member = self._decompressor()
            elif not self._fed:
                raise CutShort(f"the {self.compression} data end early; the file is cut short")
            if out := self._decompressed():
                return out

    def _read_dictionary(self) -> bytes:
        size = int.from_bytes(self._raw.read(8)[4:], "little")
        content = self._raw.read(size)
        if len(content) < size:
            raise SourceError("the zstd dictionary ends early; the file is cut short")
        if not content.startswith(MAGIC["zstd"]):
            return content
        zstandard = _zstandard()
        try:
            decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
            plain: bytes = decompressor.decompress(content)
        except zstandard.ZstdError as error:
            raise SourceError(f"the zstd dictionary is damaged ({error})") from None
        return plain

    def _decompressor(self) -> Any:
        if self.compression == "gzip":
            return zlib.decompressobj(31)
        zstandard = _zstandard()
        known = zstandard.ZstdCompressionDict(self.dictionary) if self.dictionary else None
        return zstandard.ZstdDecompressor(known, max_window_size=_WINDOW).decompressobj()

    def _decompressed(self) -> bytes:
        member = self._member
        limit = (_MOST_OUT,) if self.compression == "gzip" else ()
        before = member.copy() if self.compression == "gzip" else None
        try:
            out: bytes = member.decompress(self._fed, *limit)
        except Exception as error:  # zlib.error, or zstandard's own, which may not be installed
            if "Dictionary mismatch" in str(error):
                raise SourceError("the zstd data need a dictionary that is not there") from None
            self._error = SourceError(
                f"the {self.compression} data are damaged near byte {self._place:,} ({error})"
            )
            return _rescued(before, self._fed) if before else b""
        if member.eof:
            self._fed = member.unused_data
            self._member = None
        else:
            self._fed = member.unconsumed_tail if limit else b""
        return out


def _rescued(member: Any, damaged: bytes) -> bytes:
    """What gzip data give before their damage, for which zlib drops all that came with it."""
    out = bytearray()
    with suppress(zlib.error):
        for place in range(len(damaged)):
            out += member.decompress(damaged[place : place + 1])
    return bytes(out)
