"""Sales: order lines, from the day a customer might shop to the credit note."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.draws import asked, british, calendar, channel, currency, days, draw_by

LINES_MORE = 0.75  # a basket's lines after the first, on average
CATEGORY_MIX = pd.DataFrame(
    [[0.14, 0.14, 0.40, 0.32], [0.15, 0.10, 0.54, 0.21], [0.14, 0.10, 0.56, 0.20]],
    co.SEGMENTS,
    co.CATEGORIES,
)
MARKETPLACE_TASTE = [0.8, 4.5, 0.4, 1.0]  # the same categories, × their share elsewhere
PRICE_TASTE = {"Household": 0.6, "Office": 1.1, "Hospitality": 1.7}  # × the median price
QUANTITY = pd.DataFrame(
    [[1, 1, 2, 1.3], [1.1, 1.1, 10, 2], [1.3, 1.3, 20, 3]], co.SEGMENTS, co.CATEGORIES
)
PRICE_LEVEL = pd.DataFrame(  # of each year's list
    [[0.890, 0.952, 0.928, 0.960], [0.917, 0.980, 0.965, 0.980], [1, 1, 1, 1]],
    [2024, 2025, 2026],
    co.CATEGORIES,
)
COST_LEVEL = pd.DataFrame(  # coffee became dear in 2025
    [[0.95, 0.95, 0.86, 0.95], [0.97, 0.97, 0.98, 0.97], [1, 1, 1, 1]],
    [2024, 2025, 2026],
    co.CATEGORIES,
)
COMMISSION = {"Web shop": 0, "Marketplace": 0.12, "Sales team": 0, "Resellers": 0.08}
PAYMENT = {"Web shop": 0.016, "Marketplace": 0, "Sales team": 0.004, "Resellers": 0.004}
DISCOUNT = {"Web shop": 0.03, "Marketplace": 0.04, "Sales team": 0.09, "Resellers": 0.12}
FREIGHT = {"Espresso machines": 17, "Grinders": 7.5, "Beans": 1.1, "Accessories": 2.2}
FAR = {"Spain": 1, "France": 1.15, "United Kingdom": 1.6, "Germany": 1.25}
RETURNED = {"Espresso machines": 0.06, "Grinders": 0.06, "Beans": 0.012, "Accessories": 0.035}
CANCELLED, ELSEWHERE = 0.013, 0.15
OPEN_DAYS, SHIPPED_DAYS = 2, 7
REPS = {
    "Spain": ["Lucía Ortega", "Iván Peña"],
    "France": ["Chloé Lefèvre", "Hugo Marchand"],
    "United Kingdom": ["Amy Clarke", "Owen Hughes"],
    "Germany": ["Jörg Brandt", "Anke Schäfer"],
}
SENT = [
    "order_id",
    "order_date",
    "customer_id",
    "product_id",
    "quantity",
    "unit_price",
    "discount",
    "net_amount",
    "currency",
    "status",
    "region",
    "channel",
    "cost_amount",
    "commission",
    "payment_cost",
    "shipping_cost",
    "sales_rep",
    "_rate",
    "_renewal",
    "_credit",
]


def orders(rng: np.random.Generator, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return order lines, credit notes and defects included; `_renewal` needed no visit."""
    baskets = _baskets(rng, tables["customers"], tables["products"])
    lines = pd.concat([baskets, _deliveries(tables["subscriptions"])], ignore_index=True)
    lines = lines.merge(tables["products"], on="product_id")
    lines = _priced(lines[lines._luck < _willing(lines)], tables["fx_rates"])
    lines = _numbered(pd.concat([lines, _credit_notes(lines)], ignore_index=True))
    return _with_defects(_with_status(lines))[SENT]


def _baskets(rng: np.random.Generator, customers: pd.DataFrame, products: pd.DataFrame):
    """What customers would put in their baskets, before any reason not to."""
    shopping = _shopping_days(rng, customers)
    count = 1 + rng.poisson(LINES_MORE, len(shopping))
    lines = shopping.loc[shopping.index.repeat(count)].reset_index(drop=True)
    category = draw_by(rng, lines.segment + lines.channel, _tastes())
    lines["product_id"] = draw_by(rng, lines.segment + category, _shelves(products))
    usual = [QUANTITY.at[key] for key in zip(lines.segment, category, strict=True)]
    lines["quantity"] = 1 + rng.poisson(np.array(usual) - 1)
    lines["_off"] = lines.channel.map(DISCOUNT) * rng.integers(0, 3, len(lines))
    returned = rng.random(len(lines)) < category.map(RETURNED)
    lines["_back_after"] = np.where(returned, rng.integers(3, 28, len(lines)), np.nan)
    lines["_luck"] = rng.random(len(lines))
    return lines.assign(_renewal=False).drop_duplicates(["_order", "product_id"])


def _shopping_days(rng: np.random.Generator, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per order a customer might place; the first one on the day they join."""
    years = len(co.DAYS) / 365.25
    table = customers.loc[customers.index.repeat(1 + rng.poisson(customers._rate * years))]
    table = table.reset_index(drop=True)
    joins = ~table.customer_id.duplicated() & (table.since >= co.START)
    day = draw_by(rng, table.segment, calendar(co.DAYS))
    table["order_date"] = table.since.where(joins, day)
    elsewhere = (rng.random(len(table)) < ELSEWHERE) & (table.segment == "Household")
    table["channel"] = channel(rng, table).where(elsewhere, table._channel)
    table["_cancelled"] = rng.random(len(table)) < CANCELLED
    table["_order"] = table.index
    there = (table.order_date >= table.since) & (table.order_date < table._left)
    columns = ["_order", "order_date", "customer_id", "region", "segment", "channel", "_cancelled"]
    return table.loc[there, columns]


def _tastes() -> pd.DataFrame:
    """How often each category is wanted, by segment and channel."""
    tastes = {
        segment + channel: mix * (MARKETPLACE_TASTE if channel == "Marketplace" else 1)
        for segment, mix in CATEGORY_MIX.iterrows()
        for channel in co.CHANNELS
    }
    return pd.DataFrame(tastes).T


def _shelves(products: pd.DataFrame) -> pd.DataFrame:
    """How often each product is wanted, by segment and category: popular, and priced to taste."""
    shelves = {}
    for category, shelf in products.set_index("product_id").groupby("category"):
        for segment, taste in PRICE_TASTE.items():
            apart = np.log(shelf.list_price / shelf.list_price.median() / taste)
            shelves[segment + category] = shelf._popularity * np.exp(-2 * apart**2)
    return pd.DataFrame(shelves).T.fillna(0)


def _deliveries(subscriptions: pd.DataFrame) -> pd.DataFrame:
    """One order a month for each subscription, in the quantity and at the price of its row."""
    lines = subscriptions.assign(_over=subscriptions.end_date.fillna(co.END))
    spans = zip(lines.start_date, lines._over, strict=True)
    lines["_month"] = [pd.period_range(*span, freq="M").to_timestamp() for span in spans]
    lines = lines.explode("_month", ignore_index=True)
    day = pd.to_datetime(lines["_month"]) + days(lines._first.dt.day - 1)
    lines = lines.assign(
        order_date=day,
        channel="Web shop",
        _renewal=day > lines._first,
        _order=-1 - lines.index,
        _cancelled=False,
        _off=0.0,
        _luck=0.0,
    )
    billed = lines[(day >= lines.start_date) & (day < lines._over) & (day >= co.START)]
    names = {"_product": "product_id", "_kilos": "quantity", "_price": "unit_price"}
    billed = billed.rename(columns={**names, "_region": "region", "_segment": "segment"})
    return billed.drop(columns=[*subscriptions.filter(regex="^_(first|until|more|since)"), "plan"])


def _willing(lines: pd.DataFrame) -> np.ndarray:
    """The chance that a wanted line is bought: on sale, no dearer, no rival's offer."""
    day = lines.order_date
    on_sale = (day >= lines.launched_on) & (day <= lines._ended)
    dearer = (lines.category == "Espresso machines") & (day >= co.MACHINES_DEARER_FROM)
    rival = (lines.category == "Grinders") & (lines.channel == "Marketplace")
    rival &= (lines.region == "Germany") & (day >= co.RIVAL_FROM)
    return on_sale * np.where(dearer, co.DEARER_LEAVES, 1) * np.where(rival, co.RIVAL_LEAVES, 1)


def _priced(lines: pd.DataFrame, fx_rates: pd.DataFrame) -> pd.DataFrame:
    """Lines with price, discount and costs in the order's currency; `_rate` makes them euros."""
    quoted = fx_rates.rate.to_numpy()[fx_rates.date.searchsorted(lines.order_date, "right") - 1]
    rate = np.where(british(lines.region), quoted, 1)
    local = asked(lines.region)
    listed = (lines.list_price * _level(PRICE_LEVEL, lines) * local).round(2)
    lines = lines.assign(currency=currency(lines.region), _rate=rate)
    lines["unit_price"] = lines.unit_price.fillna(listed)
    worth = lines.quantity * lines.unit_price
    lines["discount"] = (worth * lines._off).round(2)
    lines["net_amount"] = (worth - lines.discount).round(2)
    cost = lines.quantity * lines.unit_cost * _level(COST_LEVEL, lines)
    lines["cost_amount"] = (cost / rate).round(2)
    lines["commission"] = (lines.net_amount * lines.channel.map(COMMISSION)).round(2)
    lines["payment_cost"] = (lines.net_amount * lines.channel.map(PAYMENT)).round(2)
    freight = lines.category.map(FREIGHT) * lines.region.map(FAR) * lines.quantity**0.85
    lines["shipping_cost"] = (freight * local).round(2)
    return lines


def _level(levels: pd.DataFrame, lines: pd.DataFrame) -> np.ndarray:
    """The level of each line's year and category."""
    row = levels.index.get_indexer(lines.order_date.dt.year)
    return levels.to_numpy()[row, levels.columns.get_indexer(lines.category)]


def _credit_notes(lines: pd.DataFrame) -> pd.DataFrame:
    """What came back, negative on its own day; the payment fee is lost, freight paid again."""
    back = lines[lines._back_after.notna() & ~lines._cancelled].copy()
    back["order_date"] += days(back._back_after)
    turned = ["quantity", "discount", "net_amount", "cost_amount", "commission"]
    back[turned] = -back[turned]
    return back[back.order_date < co.END].assign(payment_cost=0.0)


def _numbered(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines in the order of their days, with order and credit note numbers."""
    lines = lines.assign(_credit=lines.quantity < 0)
    keys = ["order_date", "_credit", "_order"]
    lines = lines.sort_values([*keys, "product_id"], kind="stable", ignore_index=True)
    number = (100001 + lines.groupby(keys).ngroup()).astype(str)
    return lines.assign(order_id=np.where(lines._credit, "CN-", "SO-") + number)


def _with_status(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with how far they got and who sold them."""
    age = (co.END - lines.order_date).dt.days
    steps = [lines._credit, lines._cancelled, age <= OPEN_DAYS, age <= SHIPPED_DAYS]
    status = np.select(steps, ["completed", "cancelled", "open", "shipped"], "completed")
    odd = lines.customer_id.str[-1].astype(int) % 2
    rep = [REPS[region][n] for region, n in zip(lines.region, odd, strict=True)]
    served = lines.channel.isin(["Sales team", "Resellers"])
    return lines.assign(status=status, sales_rep=pd.Series(rep).where(served))


def _with_defects(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines as sent: five of them twice, six orders of customers nobody knows."""
    plain = lines.index[(lines.channel == "Sales team") & (lines.status == "completed")]
    plain = plain[~lines._credit[plain]]
    unknown = lines.order_id.isin(lines.order_id[plain[50 :: len(plain) // 6]])
    lines.loc[unknown, "customer_id"] = "C9" + lines.order_id[unknown].str[-3:]
    twice = plain[90 :: len(plain) // 5]
    return lines.loc[np.sort(np.append(lines.index, twice))].reset_index(drop=True)
