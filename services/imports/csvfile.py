"""A CSV file as administrators make it: header and rows, each with the line on which it begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from services.errors import Refused
from services.imports import columns
from services.imports.text import MAX_FILE, decode
from services.imports.verdicts import Note

DELIMITERS = (",", ";", "\t")
MAX_CELL = 64 * 1024
MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one record, or what is wrong with its shape; line is the line on which it begins."""

    line: int
    cells: tuple[str, ...]
    problem: Note | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole file; notes are warnings about all of it."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str
    encoding: str
    notes: tuple[Note, ...] = ()


def read_csv(data: bytes) -> Sheet:
    """Header and rows of a file; blank records are left out.

    Raises Refused: `file_too_large`, `empty_file`, `unreadable_encoding`, `no_header`, `unclosed_quote`,
    `too_many_rows`.
    A record of the wrong shape is a Row with a problem; the others go on.
    """
    decoded = decode(data)
    text, marked = _without_mark(decoded.text)
    delimiter = marked or sniff(text)
    records = _records(text, delimiter, 2 if marked else 1)
    header = _header(records)
    if not header:
        raise Refused("no_header", "The first line of the file must name the columns; it cannot be read.")
    rows = tuple(_shaped(row, len(header)) for row in records)
    if len(rows) > MAX_ROWS:
        raise Refused("too_many_rows", f"The file has {len(rows):,} rows; the limit is {MAX_ROWS:,}. Split the file.")
    return Sheet(header, rows, delimiter, decoded.encoding, decoded.notes)


def sniff(text: str) -> str:
    """The delimiter with which the header has the most known column names.

    Among equals the one that splits most.
    """

    def worth(delimiter: str) -> tuple[int, int]:
        header = _header(_records(text, delimiter, 1))
        return columns.known(header), len(header)

    return max(DELIMITERS, key=worth)


def _header(records: Iterator[Row]) -> tuple[str, ...]:
    """The cells of the first record, none where there is no record or a broken one."""
    first = next(records, None)
    return first.cells if first else ()


def _without_mark(text: str) -> tuple[str, str | None]:
    """Spreadsheets may put `sep=;` on the first line; it names the delimiter."""
    first, end, rest = text.partition("\n")
    mark = first.strip("\r")
    if mark.lower().startswith("sep=") and mark[4:] in DELIMITERS and end:
        return rest, mark[4:]
    return text, None


def _records(text: str, delimiter: str, first_line: int) -> Iterator[Row]:
    # The standard limit (131,072) would end the whole file with an error; ours costs the row alone.
    csv.field_size_limit(MAX_FILE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    end = 0
    while True:
        line = end + first_line
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, (), _broken(error, line))
        else:
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)
        end = reader.line_num


def _broken(error: csv.Error, line: int) -> Note:
    if "unexpected end of data" in str(error):
        raise Refused(
            "unclosed_quote",
            f"A quotation mark that opens in the record on line {line} is never closed; close it, "
            'or write it twice ("").',
            line=line,
        ) from error
    return Note(code="broken_quotes", message='Text follows a closing quotation mark; write inner ones twice ("").')


def _shaped(row: Row, width: int) -> Row:
    problem = row.problem or _misshape(row.cells, width)
    return Row(row.line, row.cells, problem)


def _misshape(cells: tuple[str, ...], width: int) -> Note | None:
    if len(cells) < width:
        return Note(code="too_few_cells", message=f"The row has {len(cells)} cells; the header has {width}.")
    if any(cell.strip() for cell in cells[width:]):
        message = f"The row has {len(cells)} cells; the header has {width}. Quote cells that hold the delimiter."
        return Note(code="too_many_cells", message=message)
    for cell in cells:
        if "\x00" in cell:
            return Note(code="nul_character", message="The row holds a NUL character; remove it.")
        if len(cell.encode(errors="surrogatepass")) > MAX_CELL:
            return Note(code="cell_too_long", message=f"A cell is longer than {MAX_CELL:,} bytes; shorten it.")
    return None
