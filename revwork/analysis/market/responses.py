"""Responses: match a rival's price, ignore it or offer a bundle, in volume and margin a year."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.margins import contribution
from revwork.analysis.periods import between, covers
from revwork.analysis.segments import of_segment
from revwork.calendar import Calendar, Period
from revwork.findings import Message, Unanswered, Word

DRAWS = 2_000
FOLLOWED = {Word("half of it"): 0.5, Word("all of it"): 1.0}  # of the rival's move
NEXT = {Word("stays"): 0.0, Word("10 % lower"): -0.1, Word("10 % higher"): 0.1}  # its next price
IGNORE, MATCH, BUNDLE = Word("Ignore"), Word("Match"), Word("Bundle")
NONE = Word("none")
_Z95 = 1.959964
_YEAR = 365.25


@dataclass(frozen=True)
class Today:
    """A category at the run rate of the last three complete months, a year, and what goes with it.

    `companion`: of the other categories in its orders, whose lines cost no more than its own, the
    one of which a line leaves most (`companion_margin`); `companion_share`: of its orders, those
    that hold it already. Margins are contribution before marketing. Null companion: there is none.
    """

    category: str | None
    orders: float
    units: float
    revenue: float
    margin: float
    companion: str | None
    companion_share: float
    companion_margin: float


@dataclass(frozen=True)
class Case:
    """A rival's move to answer: the category today, its elasticities, and how far prices moved."""

    now: Today
    felt: tuple
    change_rate: float


def today(lines: ibis.Table, category: str | None, calendar: Calendar, last: date) -> Today:
    """Return what a category sells and leaves a year, and what a bundle could add to it.

    Raises Unanswered before three months are complete, or where the category sold nothing in them,
    or what it cost is not known.
    """
    months = calendar.complete_months(last, 3)
    run = Period("run rate", months[0].start, months[-1].end)
    own = _sums(lines, category, run) if all(covers(lines, [run])) else {}
    if not own.get("orders") or pd.isna(own["margin"]):
        raise Unanswered(
            "What an answer in {category:text} would leave needs three complete months of its "
            "orders, with costs.",
            category=category,
        )
    year = _YEAR / run.days
    found = {name: round(float(own[name]) * year, 6) for name in own}
    return Today(category, **found, **_companion(lines, category, run, own))


def cases(
    felt: pd.DataFrame, moved: pd.DataFrame, lines: ibis.Table, calendar: Calendar, last: date
) -> dict[str, Case | None]:
    """Return the moves of rivals that can be answered by name, largest first, three at most.

    `felt` is what `cross_price.elasticities`, `moved` what `price_moves.moves` returns; of a
    rival's moves in a category the last. One without an elasticity or a run rate is left out;
    where none is left, one name without a case.
    """
    keys = ["competitor", "category"]
    rows = moved.drop_duplicates(keys, keep="last")[[*keys, "change_rate"]]
    rows = rows.merge(felt.dropna(subset=["cross_elasticity", "own_elasticity"]), on=keys)
    rows = rows.sort_values("change_rate", key=abs, ascending=False, kind="stable")
    found: dict[str, Case | None] = {}
    for row in rows.head(3).itertuples():
        category = None if pd.isna(row.category) else row.category
        with suppress(Unanswered):
            now = today(lines, category, calendar, last)
            found[f"{row.competitor} / {category or '–'}"] = Case(now, row, row.change_rate)
    return found or {Word("no move"): None}


def simulated(case: Case | None, followed: float, further: float, take_up: float) -> pd.DataFrame:
    """Return what `compared` does for a move, of which we follow a share.

    Raises Unanswered without a case.
    """
    if case is None:
        raise Unanswered(
            "What to answer needs a rival's move beyond chance, half a year of prices and orders "
            "around it, and costs of three complete months."
        )
    return compared(case.now, case.felt, case.change_rate * followed, further, take_up)


def compared(
    now: Today, felt: tuple, moved: float, further: float = 0.0, take_up: float = 0.2
) -> pd.DataFrame:
    """Return what each answer to a rival's move would sell and leave a year.

    `felt` is a row of `cross_price.elasticities`; `moved` our price change, a share of our price;
    `further` a next price change of the rival's. Match: every price of the category changes.
    Bundle: only for who takes the companion along; who does so today has the price for nothing,
    of the others `take_up` (a share, assumed) add a line of it. Orders follow both prices with
    constant elasticity; costs of an order stay as today, and what it holds besides is not counted.
    The interval (95 %) is that of the elasticities, nothing else: rivals may answer.

    Columns: response, companion (of the bundle), price_change_rate, units and units_change_rate
    (against today), revenue and margin with low_ and high_ (a year, the companion's in the margin),
    base_margin (today), gained_margin with low_ and high_, break_even_share (take-up from which the
    bundle leaves more than to ignore; null for the others, and where no take-up does).

    Formula: break_even_share = what the lower price gives away ÷ what is added; Share of the other
    buyers who must take the bundle before it leaves more than prices as they are.
    Formula: gained_margin = contribution margin with the answer − contribution margin today; What
    an answer to a rival's move leaves more a year.
    """
    theirs, ours = (_drawn(felt, name) for name in ("cross_elasticity", "own_elasticity"))
    by = ((1 + further) ** theirs, (1 + moved) ** ours)
    return pd.DataFrame([_told(now, one, (moved, take_up), by) for one in (IGNORE, MATCH, BUNDLE)])


def dots(rows: pd.DataFrame) -> pd.DataFrame:
    """Return margins of `compared` as dots: what an answer leaves, tied to what is left today."""
    names = {"margin": "current", "base_margin": "base", "low_margin": "low", "high_margin": "high"}
    return rows[["response", *names]].rename(columns=names)


def reading(rows: pd.DataFrame) -> Message:
    """Name the answer that leaves most; of two within each other's interval, neither is sure."""
    ends = ("margin", "low_margin") if "margin" in rows else ("current", "low")
    ranked = rows.sort_values(ends[0], ascending=False, kind="stable")
    first, second = ranked.iloc[0], ranked.iloc[1]
    is_sure = first[ends[1]] > second[ends[0]]
    return Message(
        "{first:label} leaves most: {most:money} a year, {second:lower} {next:money}"
        if is_sure
        else "{first:label} and {second:lower} leave about the same: {most:money} and {next:money} "
        "a year",
        {
            **{"first": first.response, "most": first[ends[0]]},
            **{"second": second.response, "next": second[ends[0]]},
        },
    )


def _sums(lines: ibis.Table, category: str | None, run: Period) -> dict[str, float]:
    """Orders, units and money of the category, what came back taken off."""
    part = between(of_segment(lines, {"category": category}), run)
    part = part.mutate(left=contribution(part))
    sums = part.aggregate(
        orders=part.order_id.nunique(where=~part.is_return),
        units=part.quantity.fill_null(1).sum().cast("float64"),
        revenue=part.net.sum().cast("float64"),
        margin=part.left.sum().cast("float64"),
    )
    return sums.execute().iloc[0].to_dict()


def _companion(
    lines: ibis.Table, category: str | None, run: Period, own: dict[str, float]
) -> dict[str, object]:
    """The category whose line leaves most of those that cost no more, in the same orders."""
    sold = between(lines.filter(~lines.is_return), run)
    inside = of_segment(sold, {"category": category}).select("order_id").distinct()
    beside = sold.filter(sold.category.notnull() & (sold.category != (category or "")))
    beside = beside.semi_join(inside, "order_id").mutate(left=contribution(beside))
    rows = beside.group_by("category").agg(
        orders=beside.order_id.nunique(),
        price=beside.net.mean().cast("float64"),
        margin=beside.left.mean().cast("float64"),
    )
    found = rows.order_by("category").execute()
    fits = found[(found.price <= own["revenue"] / own["orders"]) & (found.margin > 0)]
    if fits.empty:
        return {"companion": None, "companion_share": 0.0, "companion_margin": 0.0}
    one = fits.loc[fits.margin.idxmax()]
    return {
        "companion": one.category,
        "companion_share": float(one.orders / own["orders"]),
        "companion_margin": round(float(one.margin), 6),
    }


def _drawn(felt: tuple, name: str) -> np.ndarray:
    """The elasticity, then what it may be."""
    value, high = getattr(felt, name), getattr(felt, f"high_{name}")
    seed = sum(map(ord, name))
    error = (high - value) / _Z95
    return np.append(value, np.random.default_rng(seed).normal(value, error, DRAWS))


def _told(
    now: Today, answer: Word, asked: tuple[float, float], by: tuple[np.ndarray, np.ndarray]
) -> dict:
    """One answer; `by` is what orders are multiplied by for their price and ours, likeliest first.

    The share `taking` has the price; of the bundle, `adding` take the companion for it.
    """
    moved, take_up = asked
    theirs, ours = by
    has = now.companion_share
    adding = (1 - has) * take_up if answer == BUNDLE and now.companion else 0.0
    taking = {IGNORE: 0.0, MATCH: 1.0, BUNDLE: has + adding}[answer]
    each, price = now.margin / now.orders, now.revenue / now.orders
    with_price = taking * ours * theirs
    orders = now.orders * ((1 - taking) * theirs + with_price)
    margin = orders * each + now.orders * with_price * moved * price
    margin = margin + now.orders * theirs * adding * now.companion_margin
    low, high = np.quantile(margin, [0.025, 0.975])
    found = {
        "price_change_rate": 0.0 if answer == IGNORE else moved,
        "units": orders[0] * now.units / now.orders,
        "units_change_rate": orders[0] / now.orders - 1,
        "revenue": (orders[0] + now.orders * with_price[0] * moved) * price,
        **{"margin": margin[0], "low_margin": low, "high_margin": high, "base_margin": now.margin},
        "gained_margin": margin[0] - now.margin,
        **{"low_gained_margin": low - now.margin, "high_gained_margin": high - now.margin},
        "break_even_share": _break_even(now, moved, ours[0]) if answer == BUNDLE else np.nan,
    }
    named = {"response": answer, "companion": (answer == BUNDLE and now.companion) or NONE}
    return named | {name: round(float(one), 6) for name, one in found.items()}


def _break_even(now: Today, moved: float, times: float) -> float:
    """The take-up at which what is added makes up for the price given away."""
    each, price = now.margin / now.orders, now.revenue / now.orders
    given = each - times * (each + moved * price)
    has, added = now.companion_share, now.companion_margin - given
    if not now.companion or has >= 1 or added <= 0:
        return np.nan
    needed = given * has / ((1 - has) * added)
    return float(np.clip(needed, 0, None)) if needed <= 1 else np.nan
