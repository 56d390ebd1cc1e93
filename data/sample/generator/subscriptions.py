"""Subscriptions: beans every month."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.customers import buyers, customer_id
from generator.names import PLANS
from generator.world import World

SIGN_UP = np.array([0.15, 0.22, 0.22, 0.18, 0.18])  # by segment
DELAY = 300  # days, on average, from joining
EURO_A_KILO, RISE = 23.5, 1.03  # each January
OFFER_SHARE = np.array(
    [[0.3, 0.4, 0.3, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0]]
)


def contracts(world: World) -> pd.DataFrame:
    """Return who subscribed to what, from `first` until before `last`, in numbers."""
    table, draws = world.of(buyers), world.draws("subscriptions")
    key = table.index.to_numpy()
    table = table[["region", "segment", "currency", "since"]].assign(customer=key)
    first = (table.since + 7 + DELAY * draws.exponential("first", key)).clip(upper=co.LAST)
    table["first"] = _billable(first.to_numpy().astype(int))
    table["plan"] = draws.pick_by("plan", key, table.segment.to_numpy(), OFFER_SHARE)
    signs = draws.uniform("signs", key) < SIGN_UP[table.segment]
    table = table[signs & (table["first"] < co.LAST)].sort_values("first", kind="stable")
    table["last"] = _leaving(world, table)
    return table.reset_index(drop=True)


def price(world: World, plan: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return what a plan costs a month in euros: a rise each January, one plan once more."""
    kilos = np.array([one.kilos for one in PLANS])[plan]
    level = RISE ** (co.year(day) - 2026.0)
    risen = (plan == world.plan.churn.plan) & (day >= world.plan.churn.since)
    return kilos * EURO_A_KILO * level * np.where(risen, 1 + world.plan.churn.rise, 1)


def subscriptions(world: World) -> pd.DataFrame:
    """Return one row per subscription and price."""
    table = world.of(contracts)
    januaries = [co.DAYS.get_loc(f"{year}-01-01") for year in (2024, 2025, 2026)]
    before = [day - 365 for day in (januaries[0], januaries[0] - 365)]
    changes = np.array(sorted([*before, *januaries, world.plan.churn.since]))
    theirs = np.ones((len(table), len(changes)), bool)
    theirs[:, changes == world.plan.churn.since] &= (
        table.plan == world.plan.churn.plan
    ).to_numpy()[:, None]
    inside = theirs & (changes > table["first"].to_numpy()[:, None])
    inside &= changes < table["last"].fillna(co.LAST).to_numpy()[:, None]
    row, change = np.nonzero(inside)
    starts = pd.DataFrame({"row": row, "start": changes[change]})
    starts = pd.concat([pd.DataFrame({"row": table.index, "start": table["first"]}), starts])
    starts = starts.sort_values(["row", "start"], ignore_index=True)
    rows = table.loc[starts.row].reset_index(drop=True)
    until = starts.groupby("row").start.shift(-1).fillna(rows["last"])
    plan, currency = rows["plan"].to_numpy(), rows.currency.to_numpy()
    amount = price(world, plan, starts.start.to_numpy()) * co.ASKED[currency]
    return pd.DataFrame(
        {
            "subscription_id": "AB" + (starts.row + 1).astype(str).str.zfill(4),
            "customer_id": customer_id(rows.customer),
            "start_date": co.date(starts.start),
            "end_date": co.date(until),
            "monthly_amount": amount.round(2),
            "plan": np.array([one.name for one in PLANS])[plan],
            "currency": np.array(co.CURRENCIES)[currency],
        }
    )


def deliveries(world: World) -> pd.DataFrame:
    """Return the days on which subscribed beans are sent and invoiced, within the three years."""
    table = world.of(contracts)
    over = table["last"].fillna(co.LAST).to_numpy()
    start = co.PAST.year.to_numpy() * 12 + co.PAST.month.to_numpy()
    months = start[(over - 1 + co.BEFORE).astype(int)] - start[table["first"] + co.BEFORE] + 1
    rows = table.loc[table.index.repeat(months)]
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(months) - months, months)
    first = co.PAST[rows["first"] + co.BEFORE]
    month = (first.to_period("M") + nth).to_timestamp()
    day = (month - co.START).days.to_numpy() + first.day.to_numpy() - 1
    rows = rows.assign(contract=rows.index, nth=nth, day=day)
    return rows[(day >= 0) & (day < np.repeat(over, months))].reset_index(drop=True)


def _billable(day: np.ndarray) -> np.ndarray:
    """The 29th to 31st become the 28th, a day that every month has."""
    place = day + co.BEFORE
    number = co.PAST.append(pd.date_range(co.END, periods=60)).day.to_numpy()[place]
    return day - np.maximum(number - 28, 0)


def _leaving(world: World, table: pd.DataFrame) -> np.ndarray:
    """The day a subscriber's patience is used up; none while it lasts."""
    patience = world.draws("subscriptions").exponential("patience", table.customer.to_numpy())
    plan, first = table["plan"].to_numpy(), table["first"].to_numpy() + co.BEFORE
    day, last = np.arange(-co.BEFORE, co.LAST), np.empty(len(table))
    for number, one in enumerate(PLANS):
        crossed = (number == world.plan.churn.plan) & (day >= world.plan.churn.since)
        used = np.cumsum(one.churn / 30.4 * np.where(crossed, world.plan.churn.faster, 1))
        those = plan == number
        last[those] = np.searchsorted(used, used[first[those]] + patience[those]) - co.BEFORE
    return np.where(last >= co.LAST, np.nan, np.maximum(last, table["first"] + 1))
