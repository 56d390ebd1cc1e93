"""Subscriptions: beans every month."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.draws import asked, currency, days

SIGNING = pd.date_range(co.START - pd.Timedelta(days=900), co.END, inclusive="left")
KILOS = {"Household": (1, 3), "Office": (4, 10), "Hospitality": (8, 18)}
OF_LIST_PRICE = 0.92
OFFERS = 3  # to each customer
LAST_BILLING_DAY = 28


def subscriptions(rng: np.random.Generator, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row per subscription and price: a new one when it grows or the price rises."""
    taken = _taken(_offers(rng, tables["customers"], tables["products"]))
    rows = [
        {**one, "start_date": start, "end_date": end}
        for one in taken.to_dict("records")
        for start, end in _spans(one)
    ]
    table = pd.DataFrame(rows).astype({"end_date": "datetime64[ns]"})
    table["_kilos"] += (table.start_date >= table._more_from) * np.maximum(1, table._kilos // 2)
    risen = np.where(table.start_date >= co.RISE_FROM, co.RISE, 1)
    table["_price"] = (table._price * risen).round(2)
    table["monthly_amount"] = (table._kilos * table._price).round(2)
    table["plan"] = table._kilos.astype(str) + " kg a month"
    table["currency"] = currency(table._region)
    return table


def _offers(rng: np.random.Generator, customers: pd.DataFrame, products: pd.DataFrame):
    """What each customer is offered on a few days, and how long they would stay."""
    table = pd.concat([customers] * OFFERS, ignore_index=True)
    table = table[["customer_id", "since", "region", "segment"]].add_prefix("_")
    table = table.rename(columns={"_customer_id": "customer_id"})
    table["_first"] = _billable(pd.Series(rng.choice(SIGNING, len(table))))
    table["_until"] = _leaving(table._first, rng.exponential(1, len(table)))
    table["_more_from"] = table._first + days(60 + rng.exponential(2000, len(table)))
    beans = products[(products.category == "Beans") & (products._ended == co.END)]
    price = beans[beans.launched_on < SIGNING[0]].set_index("product_id").list_price
    table["_product"] = rng.choice(price.index, len(table))
    listed = table._product.map(price) * asked(table._region)
    table["_price"] = listed * OF_LIST_PRICE / co.RISE
    low, high = np.array(table._segment.map(KILOS).tolist()).T
    table["_kilos"] = rng.integers(low, high + 1)
    table["_luck"] = rng.random(len(table))
    return table


def _taken(offers: pd.DataFrame) -> pd.DataFrame:
    """The offers accepted, numbered in the order they began."""
    french = (offers._region == "France") & (offers._first >= co.FRENCH_FROM)
    taken = offers._luck < np.where(french, co.FRENCH_SIGN_UP, co.SIGN_UP)
    taken &= (offers._first >= offers._since) & (offers._first < co.END)
    table = offers[taken].sort_values("_first", kind="stable")
    table.insert(0, "subscription_id", [f"AB{n:04}" for n in range(1, len(table) + 1)])
    return table


def _billable(day: pd.Series) -> pd.Series:
    """The 29th to 31st become the 1st, a day that every month has."""
    return day.where(day.dt.day <= LAST_BILLING_DAY, day + pd.offsets.MonthBegin())


def _leaving(first: pd.Series, patience: np.ndarray) -> pd.Series:
    """The day a subscriber's patience is used up; none while it lasts."""
    cross = (SIGNING >= co.RISE_FROM) & (SIGNING < co.CROSS_UNTIL)
    used = np.cumsum(np.where(cross, co.LEAVE_WHEN_CROSS, co.LEAVE_A_MONTH) / 30.4)
    start = SIGNING.searchsorted(first).clip(max=len(SIGNING) - 1)
    last = np.searchsorted(used, used[start] + patience)
    return pd.Series(SIGNING.append(pd.DatetimeIndex([pd.NaT]))[last], first.index)


def _spans(one: dict) -> list[tuple]:
    """From and until when each price of a subscription holds."""
    over = co.END if pd.isna(one["_until"]) else one["_until"]
    changes = (day for day in (one["_more_from"], co.RISE_FROM) if one["_first"] < day < over)
    starts = sorted({one["_first"], *changes})
    return list(zip(starts, [*starts[1:], one["_until"]], strict=True))
