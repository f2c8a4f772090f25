"""Files as administrators make them are read.

What cannot be read is refused by row, or as a whole with a code.
"""

import pytest

from services.errors import Refused
from services.imports import csvfile, text
from services.imports.columns import place
from services.imports.csvfile import read_csv

HEADER = "Programme;Starts on;Ends on;Title;Mentor E-mail(s);Mentee Email"
ROW = "Spring;2021-03-01;2021-05-31;Käse;a@x.example;b@x.example"


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    (("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")),
)
def test_encodings(encoding: str, read_as: str) -> None:
    """UTF-8 with and without a mark, UTF-16 and Windows-1252 give the same cells."""
    sheet = read_csv(f"{HEADER}\r\n{ROW}\r\n".encode(encoding))
    assert (read_as, "Programme", "Käse") == (sheet.encoding, sheet.header[0], sheet.rows[0].cells[3])


def test_an_assumed_encoding_is_a_warning() -> None:
    """Whoever reads the preview is told that the encoding was assumed, and at which line it shows."""
    notes = read_csv(f"{HEADER}\n{ROW}\n".encode("cp1252")).notes
    assert ["assumed_encoding"] == [note.code for note in notes]
    assert "Line 2" in notes[0].message


def test_bytes_of_no_encoding_are_refused() -> None:
    """A byte that Windows-1252 lacks too is no text at all."""
    with pytest.raises(Refused) as refusal:
        read_csv(b"Programme,Title\n\x81\xff\n")
    assert "unreadable_encoding" == refusal.value.code


@pytest.mark.parametrize("delimiter", (",", ";", "\t"))
def test_delimiters_are_found_by_the_header(delimiter: str) -> None:
    """The delimiter is the one with which the header makes sense, whatever the rows hold."""
    header = HEADER.replace(";", delimiter)
    sheet = read_csv(f'{header}\n{ROW.replace(";", delimiter)}\n"a,b;c\td"{delimiter * 5}\n'.encode())
    assert (delimiter, 6, "a,b;c\td") == (sheet.delimiter, len(sheet.header), sheet.rows[1].cells[0])


def test_a_delimiter_may_be_named() -> None:
    """The line `sep=;` of spreadsheets names the delimiter, and lines are still counted from the top."""
    sheet = read_csv(f"sep=;\r\n{HEADER}\r\n{ROW}\r\n".encode())
    assert (";", 3) == (sheet.delimiter, sheet.rows[0].line)


def test_quoted_line_ends_and_blank_lines() -> None:
    """A quoted cell may span lines, blank records do not count, and lines are those of the file."""
    rows = 'Spring;2021-03-01;;"two\nlines";a@x.example;b@x.example\n\n;;;;;\n' + ROW + "\n\n\n"
    sheet = read_csv(f"{HEADER}\n{rows}".encode())
    assert [(2, "two\nlines"), (6, "Käse")] == [(row.line, row.cells[3]) for row in sheet.rows]


def test_rows_of_another_width() -> None:
    """A row that is too short or too long is refused by itself; empty cells at the end are no harm."""
    sheet = read_csv(f"{HEADER}\nSpring;2021\n{ROW};more\n{ROW};;\n".encode())
    assert ["too_few_cells", "too_many_cells", None] == [row.problem and row.problem.code for row in sheet.rows]


def test_cells_that_cannot_be_kept() -> None:
    """NUL characters and cells over the limit cost their row, and no other."""
    long = "x" * (csvfile.MAX_CELL + 1)
    sheet = read_csv(f"{HEADER}\nA\0;;;;;\n{long};;;;;\n{long * 3};;;;;\n{ROW}\n".encode())
    problems = [row.problem and row.problem.code for row in sheet.rows]
    assert ["nul_character", "cell_too_long", "cell_too_long", None] == problems


def test_text_after_a_quotation_mark() -> None:
    """Broken quotes cost their row; the next one is read."""
    sheet = read_csv(f'{HEADER}\n"Sp"ring;;;;;\n{ROW}\n'.encode())
    assert ["broken_quotes", None] == [row.problem and row.problem.code for row in sheet.rows]


def test_a_quotation_mark_without_end() -> None:
    """A quote that swallows the rest of the file is refused with the line on which it opens."""
    with pytest.raises(Refused) as refusal:
        read_csv(f'{HEADER}\n{ROW}\n"Spring;;;;;\n{ROW}\n'.encode())
    assert ("unclosed_quote", 3) == (refusal.value.code, refusal.value.facts["line"])


@pytest.mark.parametrize("data", (b"", b"\xef\xbb\xbf", b" \r\n\n"))
def test_empty_files(data: bytes) -> None:
    """A file without any text is refused as empty."""
    with pytest.raises(Refused) as refusal:
        read_csv(data)
    assert "empty_file" == refusal.value.code


def test_a_header_that_cannot_be_read() -> None:
    """A first line with broken quotes names no columns."""
    with pytest.raises(Refused) as refusal:
        read_csv(b'"Programme"s,Title\n"Spring",Caching\n')
    assert "no_header" == refusal.value.code


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is refused with the limit."""
    monkeypatch.setattr(text, "MAX_FILE", 100)
    with pytest.raises(Refused) as refusal:
        read_csv(b"x" * 101)
    assert ("file_too_large", 100) == (refusal.value.code, refusal.value.facts["limit"])


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with more rows than one import takes is refused."""
    monkeypatch.setattr(csvfile, "MAX_ROWS", 2)
    with pytest.raises(Refused) as refusal:
        read_csv(f"{HEADER}\n{ROW}\n{ROW}\n{ROW}\n".encode())
    assert "too_many_rows" == refusal.value.code


def test_columns_by_many_names() -> None:
    """Case, spaces, underscores and common other names do not matter; unread columns are told."""
    header = [
        "PROGRAM",
        "start date",
        "End_Date",
        "Title",
        "Mentor E-mail(s)",
        "mentee e-mail",
        "Shoe size",
        "",
    ]
    placed, notes = place(header)
    assert ["programme", "starts_on", "ends_on", "title", "mentor_emails", "mentee_email"] == list(placed)
    assert [("unknown_column", "Shoe size")] == [(note.code, note.column) for note in notes]


def test_missing_and_doubled_columns() -> None:
    """A header that lacks a column, or has one twice under two names, is refused as a whole."""
    with pytest.raises(Refused) as missing:
        place(["programme", "title"])
    assert "missing_columns" == missing.value.code
    assert ["starts_on", "ends_on", "mentor_emails", "mentee_email"] == missing.value.facts["missing"]
    with pytest.raises(Refused) as doubled:
        place(["programme", "Program"])
    assert ("duplicate_column", "programme") == (doubled.value.code, doubled.value.facts["column"])
