"""Parts of the business: the rows of a segment, and the segments there are to choose from."""

from collections.abc import Mapping, Sequence

import ibis

from revwork.findings import Unanswered, Word


def of_segment(table: ibis.Table, segment: Mapping[str, str | None]) -> ibis.Table:
    """Return the rows of a segment; null asks for rows where the dimension is not recorded.

    A table that does not know one of the dimensions has no such row.
    """
    if not {*segment} <= {*table.columns}:
        return table.limit(0)
    for name, value in segment.items():
        known = isinstance(value, str)
        table = table.filter(table[name] == value if known else table[name].isnull())
    return table


def only(table: ibis.Table, wanted: Sequence[str]) -> ibis.Table:
    """Return the rows of the segments wanted, such as region=Spain and channel=Shop.

    Of two values of one dimension either will do; `region=` is where none is recorded. A table
    that does not know one of the dimensions has no such row.
    """
    for name in dict.fromkeys(one.partition("=")[0] for one in wanted):
        if name not in table.columns:
            return table.limit(0)
        values = [one.partition("=")[2] for one in wanted if one.partition("=")[0] == name]
        table = table.filter(table[name].fill_null("").isin(values))
    return table


def part(lines: ibis.Table, wanted: Sequence[str]) -> ibis.Table:
    """Return the lines of the segments wanted, as `only` does; Unanswered where there is none."""
    found = only(lines, wanted)
    if wanted and not found.count().execute():
        raise Unanswered("No sale of {wanted:text}: choose another part.", wanted=", ".join(wanted))
    return found


def recorded(table: ibis.Table, dimensions: Sequence[str]) -> list[str]:
    """Return the dimensions that at least one row tells; the first where none does."""
    known = table.aggregate(**{name: table[name].count() for name in dimensions}).execute()
    return [name for name in dimensions if known[name][0]] or [*dimensions][:1]


def choices(
    table: ibis.Table, dimensions: Sequence[str], most: int, size: str = "net"
) -> Mapping[str, Mapping[str, str]]:
    """Return segments to choose from by name: All, then the `most` largest by a column's sum.

    A dimension of the company's own counts like any other; a value that two dimensions share, or
    that is called All, bears its dimension's name behind it.
    """
    sums = [
        table.filter(table[dimension].notnull())
        .group_by(value=table[dimension])
        .agg(size=table[size].sum().cast("float64"))
        .mutate(dimension=ibis.literal(dimension))
        for dimension in dimensions
    ]
    largest = ibis.union(*sums).order_by(ibis.desc("size"), "dimension", "value").limit(most)
    found = largest.execute()
    shared = {"All", *found.value[found.value.duplicated()]}
    return {Word("All"): {}} | {
        f"{row.value} ({row.dimension})" if row.value in shared else row.value: {
            row.dimension: row.value
        }
        for row in found.itertuples()
    }


def offered(
    table: ibis.Table, dimensions: Sequence[str], most: int = 40, size: str = "net"
) -> dict[str, list[str | None]]:
    """Return the values of each dimension that is recorded, the `most` with the largest sum."""
    found = {}
    for name in recorded(table, dimensions):
        sums = table.group_by(name).agg(size=table[size].sum().cast("float64"))
        values = sums.order_by(ibis.desc("size"), name).limit(most).execute()[name]
        found[name] = [value if isinstance(value, str) else None for value in values]
    return found
