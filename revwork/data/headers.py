"""Which row is the header, and which of its columns is which of the contract's."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from revwork.contracts import contract
from revwork.data.quality import Note, note
from revwork.data.source import Source
from revwork.data.sql import Wanted, name
from revwork.data.wording import DataError, nearest


def spelling(header: str) -> str:
    """Return a header as contracts spell it: case folded, blanks and dashes as underscores."""
    return re.sub(r"[\s\-]+", "_", header.strip().casefold())


def unique(headers: Iterable[str]) -> list[str]:
    """Return the headers with a name for blank ones and a number for repeated ones."""
    headers = [header.strip() or f"column {i + 1}" for i, header in enumerate(headers)]
    headers = [f"row id{one[5:]}" if one.lower() == "rowid" else one for one in headers]
    counts, seen = Counter(map(str.casefold, headers)), Counter()
    names = []
    for header in headers:
        seen[header.casefold()] += 1
        number = f" ({seen[header.casefold()]})" if counts[header.casefold()] > 1 else ""
        names.append(header + number)
    return names


def asked(source: Source, names: Sequence[str], wanted: Wanted) -> str:
    """Return SQL of the columns `wanted` of a file, and of `_whole`, which tells its rows apart.

    A query and a preset look at all columns; the contract's key, if all there, needs no `_whole`.
    """
    spelled = {spelling(one) for one in names}
    found = [one for one in names if spelling(one) in wanted]
    chosen = [*map(name, names if source.sql or source.preset or not found else found)]
    key = contract(source.name).to_schema().unique
    if not key or {spelling(source.columns.get(one, one)) for one in key} - spelled:
        whole = ", ".join(map(name, sorted(names, key=spelling)))
        chosen.append(f"hash({whole}) AS _whole")
    return ", ".join(chosen)


def header_row(rows: Sequence[Sequence[object]], source: Source, wanted: set[str]) -> int:
    """Return the header's index: as declared, else the first row that is not blank.

    Raises DataError where a later row looks more like it, so that a title is not taken for it;
    `wanted` are the spellings looked for.
    """
    if source.header_row:
        if source.header_row > len(rows):
            raise DataError(f"has no row {source.header_row} for its header")
        return source.header_row - 1
    filled = [i for i, cells in enumerate(rows[:20]) if any(cell != "" for cell in cells)]
    if not filled:
        raise DataError("is empty: it has neither a header nor rows")
    first, best = filled[0], max(filled, key=lambda i: _likeness(rows[i], wanted))
    if _is_title(_likeness(rows[first], wanted), _likeness(rows[best], wanted)):
        if source.preset:
            return best
        begin = ", ".join(f'"{cell}"' for cell in rows[first] if cell != "")[:80]
        raise DataError(
            f"begins with {begin}, which does not look like its header; row {best + 1} does: "
            f"say header_row = {best + 1} under [tables.{source.name}]"
        )
    return first


def preamble(source: Source, rows: Sequence[Sequence[object]], row: int) -> list[Note]:
    """Return a note on the lines above the header of a known export, which are skipped."""
    above = [cells for cells in rows[:row] if any(cell != "" for cell in cells)]
    if not (source.preset and above):
        return []
    begin = ", ".join(str(cell) for cell in above[0] if cell != "")
    template = "{table:text}: {count:number} lines above the header. Example: {example:text}"
    return [note(source.name, "preamble", template, row, begin[:80])]


def mapping(
    source: Source, headers: Mapping[str, str], columns: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return column → its name in DuckDB, own ones included, and column → why none is clear.

    What revwork.toml names counts first, then what is spelled alike; `headers` are the names in
    DuckDB → those in the file.
    """
    named = {column: header for column, header in source.columns.items() if header}
    found = {column: _matches(header, headers) for column, header in named.items()}
    taken = {match for matches in found.values() for match in matches}
    for column in (*columns, *source.dimensions):
        if column not in source.columns:
            free = [match for match in _matches(column, headers) if match not in taken]
            if free or column in source.dimensions:
                found[column] = free
    unclear = {
        column: _unclear(source.name, column, named.get(column, column), matches, headers)
        for column, matches in found.items()
        if len(matches) != 1
    }
    return {c: matches[0] for c, matches in found.items() if c not in unclear}, unclear


def _matches(header: str, headers: Mapping[str, str]) -> list[str]:
    alike = [own for own, theirs in headers.items() if spelling(theirs) == spelling(header)]
    return [header] if header in headers else alike


def _unclear(
    table: str, column: str, header: str, matches: list[str], headers: Mapping[str, str]
) -> str:
    if not matches:
        return f'has no column "{header}" for {column}{nearest(header, headers)}'
    places = " and ".join(str(list(headers).index(match) + 1) for match in matches)
    return (
        f'has {len(matches)} columns "{header}", at positions {places}: say which is meant, '
        f'{column} = "{matches[0]}" or "{matches[-1]}" under [tables.{table}.columns], '
        f'or {column} = "" for none'
    )


def _is_title(first: tuple[int, int], best: tuple[int, int]) -> bool:
    return best[0] > first[0] or best[1] >= 2 * first[1] > 0


def _likeness(cells: Sequence[object], wanted: set[str]) -> tuple[int, int]:
    """How many cells are headers looked for, and how many are texts at all."""
    texts = [spelling(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    return len(wanted & set(texts)), len(texts)
