"""Attribution: which contacts an order is credited to, by eight models side by side."""

from collections.abc import Callable

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.marketing.chain import removal_effects
from revwork.analysis.marketing.journeys import GROUPS
from revwork.findings import Unanswered, Word

HALF_LIFE = 7  # days after which a contact counts half, in time decay
LEVEL = 0.95
MODELS = (
    *("markov", "markov_with_lost", "shapley"),
    *("first_contact", "last_contact", "linear", "position", "time_decay"),
)
CALLED = {
    "markov": Word("Markov chain"),
    "markov_with_lost": Word("Markov with lost"),
    "shapley": Word("Shapley"),
    "first_contact": Word("first contact"),
    "last_contact": Word("last contact"),
    "linear": Word("linear"),
    "position": Word("position 40/20/40"),
    "time_decay": Word("time decay, 7 days"),
}
MEASURES = ("conversions", "customers", "revenue", "margin")


def credits(contacts: ibis.Table, model: str) -> pd.DataFrame:
    """Return what each unit is credited with by a model; the units add up to what was sold.

    `contacts` is what `journeys.tell_apart` returns, of the journeys to be judged; open ones are
    left out. first_contact, last_contact: all to one; linear: alike; position: 40 % to the first
    and last, 20 % to those between; time_decay: half the weight for every 7 days before the order;
    shapley: alike to every different unit of a journey (the closed form where a coalition wins
    the journeys whose units lie in it); markov: by removal effect on converting journeys alone,
    or with those lost.

    Columns: unit, conversions, customers (new), revenue, margin (contribution before marketing),
    each with its interval (low_…, high_…; 95 %, delete-a-group jackknife over 40 random groups of
    journeys). Raises Unanswered where no journey led to an order.

    Formula: markov = conversions × removal effect ÷ sum of removal effects; What would be lost
    without the medium, in a chain of contacts.
    Formula: attributed_conversions = Σ of the model's credits; What the model named credits with
    an order: all parts add up to the orders with a journey.
    """
    if model not in MODELS:
        raise ValueError(f"model={model!r} is none of {', '.join(MODELS)}.")
    sums = _by_chain if model.startswith("markov") else _by_rule
    units, values, told = sums(contacts, model)
    if not told.conversions:
        raise Unanswered(
            "No journey led to an order: add order_id to touchpoints, as orders call it."
        )
    rows = _with_intervals(units, values)
    for name in (name for name in MEASURES if not told[name]):
        rows[[name, f"low_{name}", f"high_{name}"]] = np.nan
    return rows


def side_by_side(contacts: ibis.Table, by: str = "orders") -> pd.DataFrame:
    """Return what each model credits to each unit: orders, new_customers or revenue.

    Columns: model, unit, value. Each model's values add up to the same whole.
    """
    measure = {"orders": "conversions", "new_customers": "customers"}.get(by, by)
    found = []
    for model in MODELS:
        rows = credits(contacts, model)[["unit", measure]].rename(columns={measure: "value"})
        found.append(rows.assign(model=CALLED[model]))
    return pd.concat(found, ignore_index=True)[["model", "unit", "value"]]


def _by_rule(contacts: ibis.Table, model: str) -> tuple[list[str], np.ndarray, pd.Series]:
    """Units, sums of credit as (all, then without each group) × measure × unit, and who tells."""
    sold = contacts.filter(contacts.outcome == "converted")
    rows = _RULES[model](sold)
    found = rows.group_by(["part", "unit"]).agg(
        **{name: (rows.share * rows[name]).sum() for name in MEASURES}
    )
    wide = found.execute().pivot(index="part", columns="unit", values=list(MEASURES))
    units = sorted(wide.columns.get_level_values(1).unique())
    columns = pd.MultiIndex.from_product([MEASURES, units])
    parts = wide.reindex(index=range(GROUPS), columns=columns).fillna(0.0)
    sums = parts.to_numpy(float).reshape(GROUPS, len(MEASURES), len(units))
    return units, _all_and_without(sums), _told(_begun(sold))


def _by_chain(contacts: ibis.Table, model: str) -> tuple[list[str], np.ndarray, pd.Series]:
    """Sums of credit by removal effect, as `_by_rule` gives them."""
    outcomes = ["converted", "lost"] if model == "markov_with_lost" else ["converted"]
    judged = contacts.filter(contacts.outcome.isin(outcomes))
    begun = _begun(judged)
    units, counts = transitions(judged, begun)
    start, between, won, lost = _counts(_all_and_without(counts))
    _, effects = removal_effects(start, between, won, lost)
    whole = effects.sum(-1, keepdims=True)
    share = effects / np.where(whole > 0, whole, 1.0)  # a part may hold the only journey won
    sums = begun.groupby("part")[list(MEASURES)].sum().reindex(range(GROUPS)).fillna(0.0)
    total = _all_and_without(sums.to_numpy(float))
    return units, total[..., None] * share[:, None], _told(begun)


def transitions(
    contacts: ibis.Table, begun: pd.DataFrame | None = None
) -> tuple[list[str], np.ndarray]:
    """Return units, and counts of steps by group, from and to; the engine counts them.

    The row before the units is the start; the columns after them are won and lost.
    """
    begun = _begun(contacts) if begun is None else begun
    won = contacts.to.isnull() & (contacts.outcome == "converted")
    found = contacts.group_by(part=contacts.part, unit=contacts.unit, to=contacts.to, won=won).agg(
        n=contacts.weight.sum()
    )
    rows = found.execute()
    units = sorted(rows.unit.unique())
    place = {name: at for at, name in enumerate(units)}
    end = np.where(rows.won, len(units), len(units) + 1)
    there = np.where(rows.to.isna(), end, rows.to.map(place).fillna(0)).astype(int)
    here = rows.unit.map(place).to_numpy(int) + 1
    counts = np.zeros((GROUPS, len(units) + 1, len(units) + 2))
    np.add.at(counts, (rows.part.to_numpy(int), here, there), rows.n.to_numpy(float))
    first = begun.unit.map(place).to_numpy(int)
    np.add.at(counts, (begun.part.to_numpy(int), 0, first), begun.weight.to_numpy(float))
    return units, counts


def _begun(contacts: ibis.Table) -> pd.DataFrame:
    """By part and first unit: journeys, what they brought, and how many tell it."""
    first = contacts.filter(contacts.place == 0)
    sold = first.outcome == "converted"
    return (
        first.group_by(["part", "unit"])
        .agg(
            weight=first.weight.sum(),
            **{name: first[name].sum() for name in MEASURES},
            **{f"told_{name}": first[name].count(where=sold) for name in MEASURES},
        )
        .execute()
    )


def _told(begun: pd.DataFrame) -> pd.Series:
    """How many journeys with an order tell each measure."""
    return begun[[f"told_{name}" for name in MEASURES]].sum().set_axis(list(MEASURES))


def _counts(counts: np.ndarray) -> tuple[np.ndarray, ...]:
    start, inside = counts[..., 0, :-2], counts[..., 1:, :]
    return start, inside[..., :-2], inside[..., -2], inside[..., -1]


def _all_and_without(sums: np.ndarray) -> np.ndarray:
    """Of sums by group: the whole and, scaled to it, what is left without each group."""
    whole = sums.sum(0, keepdims=True)
    return np.concatenate([whole, (whole - sums) * GROUPS / (GROUPS - 1)])


def _with_intervals(units: list[str], values: np.ndarray) -> pd.DataFrame:
    """Estimates of the whole, with an interval from how they move without each group."""
    from scipy.stats import t

    frame = pd.DataFrame({"unit": units})
    whole, without = values[0], values[1:]
    spread = ((without - without.mean(0)) ** 2).sum(0) * (GROUPS - 1) / GROUPS
    half = t.ppf((1 + LEVEL) / 2, GROUPS - 1) * np.sqrt(spread)
    for at, name in enumerate(MEASURES):
        ends = {name: whole[at], f"low_{name}": whole[at] - half[at]}
        frame = frame.assign(**ends, **{f"high_{name}": whole[at] + half[at]})
    return frame.round(9)  # an engine adds floats in no fixed order


def _first(rows: ibis.Table) -> ibis.Table:
    return rows.mutate(share=(rows.place == 0).cast("float64"))


def _last(rows: ibis.Table) -> ibis.Table:
    return rows.mutate(share=(rows.place == rows.steps - 1).cast("float64"))


def _linear(rows: ibis.Table) -> ibis.Table:
    return rows.mutate(share=1 / rows.steps.cast("float64"))


def _position(rows: ibis.Table) -> ibis.Table:
    """Of one contact all, of two a half each; else 40 % at each end."""
    is_end = (rows.place == 0) | (rows.place == rows.steps - 1)
    few, rest = 1 / rows.steps.cast("float64"), 0.2 / (rows.steps - 2).nullif(0).cast("float64")
    return rows.mutate(share=ibis.cases((rows.steps <= 2, few), (is_end, 0.4), else_=rest))


def _decay(rows: ibis.Table) -> ibis.Table:
    days = rows.before_days.cast("float64")
    return _in_parts(rows.mutate(size=(-days / HALF_LIFE * np.log(2)).exp()))


def _shapley(rows: ibis.Table) -> ibis.Table:
    """A unit met several times shares its part: the inverses of the times add up to the units."""
    times = rows.count().over(group_by=["path_id", "unit"])
    return _in_parts(rows.mutate(size=1 / times.cast("float64")))


def _in_parts(rows: ibis.Table) -> ibis.Table:
    """Each contact's part of its journey, by size."""
    return rows.mutate(share=rows.size / rows.size.sum().over(group_by="path_id"))


_RULES: dict[str, Callable[[ibis.Table], ibis.Table]] = {
    "first_contact": _first,
    "last_contact": _last,
    "linear": _linear,
    "position": _position,
    "time_decay": _decay,
    "shapley": _shapley,
}
