"""Sales: order lines with prices and costs, credit notes, and the export with its defects."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from generator import baskets, subscriptions
from generator import company as co
from generator.customers import buyers, costly, customer_id
from generator.deals import DISCOUNT as DEAL_DISCOUNT
from generator.deals import bought, deals, leaking
from generator.finance import fx
from generator.names import PARTNERS
from generator.people import seats
from generator.product import COST_LEVEL, products, shelf
from generator.world import World

PART = 200_000  # lines written at a time
DISCOUNT = np.array([0.02, 0.03, 0.05, 0.065])  # by channel, once, twice or not at all
COMMISSION = np.array([0, 0.12, 0, 0])
PAYMENT = np.array([0.016, 0, 0.004, 0.004])
FREIGHT = np.array([17, 7.5, 4.2, 0.9, 2.4, 1.6])  # by category, a piece
RETURNED = np.array([0.055, 0.055, 0.045, 0.012, 0.035, 0.012])
CANCELLED = 0.013
ERODES, EXPRESS, MISLIKED = 300, 4.0, 0.16  # days; of a large account: freight ×, returns more
TERMS = 0.46  # its discount
OPEN_DAYS, SHIPPED_DAYS = 2, 7
RENEWALS, DEALS = -1, -(10**12)  # orders that no basket made
UNKNOWN, TWICE = 6, 5
WORDS = ["open", "shipped", "completed", "cancelled"]


def sales(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return order lines by day in numbers, and orders that broke off at the checkout."""
    rows = range(0, len(world.of(buyers)), baskets.BLOCK)
    made = [_block(world, slice(first, first + baskets.BLOCK)) for first in rows]
    lost = pd.concat([lost for _, lost in made], ignore_index=True)
    made = [lines for lines, _ in made] + [_deliveries(world), _deals(world)]
    lines = pd.concat([one for part in made for one in (part, _credit_notes(part))])
    made.clear()
    place = np.lexsort([lines[key] for key in ("product", "order", "credit", "day")])
    lines = lines.iloc[place].reset_index(drop=True)
    changes = np.zeros(len(lines), bool)
    for key in ("day", "credit", "order"):
        changes[1:] |= lines[key].to_numpy()[1:] != lines[key].to_numpy()[:-1]
    lines["number"] = (100001 + np.cumsum(changes)).astype(np.int32)
    return lines, lost


def lines(world: World) -> pd.DataFrame:
    """Return order lines in numbers."""
    return world.of(sales)[0]


def contribution(world: World, first: int, last: int) -> pd.Series:
    """Return what is left of each order before marketing, in euros, by order."""
    table = world.of(lines)
    table = table[(table.day >= first) & (table.day < last) & ~table.cancelled]
    left = table.net - table.cost - table.commission - table.payment - table.freight
    return (left * table.rate).groupby(table.order).sum()


def orders(world: World) -> Iterator[pd.DataFrame]:
    """Return the lines as the shop system exports them, a part at a time."""
    table = world.of(lines)
    plain = np.flatnonzero((table.owner >= 0) & ~table.credit & ~table.cancelled)
    chosen = table.number.to_numpy()[plain[50 :: len(plain) // UNKNOWN][:UNKNOWN]]
    twice = set(plain[90 :: len(plain) // TWICE][:TWICE])
    for first in range(0, len(table), PART):
        part = _worded(world, table.iloc[first : first + PART])
        part.loc[part._number.isin(chosen), "customer_id"] = (
            "C99" + part._number.astype(str).str[-3:]
        )
        again = [row for row in part.index if row in twice]
        yield part.loc[np.sort(np.append(part.index, again))]


def order_id(table: pd.DataFrame) -> pd.Series:
    """Return the numbers of orders and credit notes."""
    return np.where(table.credit, "CN-", "SO-") + table.number.astype(str)


def _block(world: World, rows: slice) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A block of customers' lines, and their orders lost at the checkout."""
    wanted = baskets.wanted(world, rows)
    lines = baskets.filled(world, wanted)
    wanted = wanted[baskets.alive(world, wanted, lines)]
    placed = baskets.placed(world, wanted[wanted.day >= 0])
    lines = baskets.followed(world, lines[lines.order.isin(placed.order)])
    lost = placed[placed.lost & placed.order.isin(lines.order)]
    columns = ["order", "region", "currency", "partner", "owner", "device"]
    kept = lines.merge(placed.loc[~placed.lost, columns], on="order")
    kept = kept.rename(columns={"at": "channel"}).drop(columns="row")
    draws, key = world.draws("order lines"), kept.line.to_numpy()
    usual = baskets.QUANTITY[kept.segment, kept.category]
    kept["quantity"] = 1 + draws.poisson("quantity", key, usual - 1)
    kept["off"] = _conceded(world, kept, draws.between("off", key, 0, 2)) + kept.pop("offered")
    large = kept.customer == costly(world, world.of(buyers).since)
    kept["off"] = np.where(large, TERMS, kept.off).round(4)
    chance = RETURNED[kept.category] + MISLIKED * large
    kept["back"] = np.where(
        draws.uniform("back", key) < chance, draws.between("after", key, 3, 27), 0
    )
    cancelled = world.draws("orders").uniform("cancelled", kept.order.to_numpy()) < CANCELLED
    kept = kept.assign(cancelled=cancelled, express=np.where(large, EXPRESS, 1.0), renewal=False)
    return _priced(world, kept.drop(columns="line")), lost


def _conceded(world: World, lines: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    """The discount agreed: the channel's, what an owner gives away, what a partner obtains."""
    plan = world.plan
    obtained = np.clip((lines.day - plan.erosion.since) / ERODES, 0, 1) * plan.erosion.discount
    obtained *= (lines.partner == plan.erosion.partner) & (lines.channel == co.RESELLERS)
    leaks = leaking(world, lines.owner, lines.day) & (lines.channel == co.SALES)
    return DISCOUNT[lines.channel] * times + obtained + leaks * plan.leak.discount


def _deliveries(world: World) -> pd.DataFrame:
    """Subscribed beans: an order a month at exactly the subscription's amount."""
    table = world.of(subscriptions.deliveries)
    beans = world.of(products)
    beans = beans[(beans._category == co.BEANS) & (beans._first < 0) & (beans._last == co.LAST)]
    key = table.contract.to_numpy()
    one = world.draws("subscriptions").between(
        "beans", table.customer.to_numpy(), 0, len(beans) - 1
    )
    start = np.maximum(table["first"], 0)
    lines = table[["customer", "day", "segment", "region", "currency"]].assign(
        order=RENEWALS - (key.astype(np.int64) * 128 + table.nth.to_numpy()),
        product=beans.index.to_numpy()[one],
        category=co.BEANS,
        channel=co.WEB,
        quantity=np.array([plan.kilos for plan in subscriptions.PLANS])[table["plan"]],
        renewal=(table.nth > 0) | (start != table.day),
        unit_price=_agreed(world, table),
    )
    day = lines.day.to_numpy()
    lines["device"] = baskets.device_of(world, lines.order.to_numpy(), day)
    plain = {"partner": -1, "owner": -1, "off": 0.0, "back": 0, "cancelled": False, "express": 1.0}
    return _priced(world, lines.assign(**plain))


def _agreed(world: World, table: pd.DataFrame) -> np.ndarray:
    """The price of a kilo in the subscription's currency: its monthly amount, divided."""
    plan = table["plan"].to_numpy()
    amount = subscriptions.price(world, plan, table.day.to_numpy()) * co.ASKED[table.currency]
    return amount.round(2) / np.array([one.kilos for one in subscriptions.PLANS])[plan]


def _deals(world: World) -> pd.DataFrame:
    """What won deals ordered, on the day they were signed."""
    table, people = world.of(bought), world.of(buyers)
    who = people.loc[table.customer].reset_index(drop=True)
    leaks = leaking(world, table.owner, table.day)
    lines = table[["customer", "day", "product", "quantity", "owner"]].assign(
        order=DEALS - table.key.astype(np.int64),
        segment=who.segment,
        region=who.region,
        currency=world.of(deals).set_index("key").currency[table.key].to_numpy(),
        category=world.of(products)._category.to_numpy()[table["product"]],
        channel=co.SALES,
        off=DEAL_DISCOUNT + leaks * world.plan.leak.discount,
    )
    plain = {"partner": -1, "device": -1, "back": 0, "cancelled": False}
    return _priced(world, lines.assign(**plain, express=1.0, renewal=False))


def _priced(world: World, lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with money in the order's currency; `rate` makes it euros."""
    product, day = lines["product"].to_numpy(), lines.day.to_numpy()
    local, rate = co.ASKED[lines.currency], world.of(fx)[lines.currency, day + co.BEFORE]
    if "unit_price" not in lines:
        lines["unit_price"] = (world.of(shelf).listed[product, day] * local).round(2)
    worth = lines.quantity * lines.unit_price
    lines["discount"] = (worth * lines.pop("off")).round(2)
    lines["net"] = (worth - lines.discount).round(2)
    level = COST_LEVEL.to_numpy()[co.year(day) - 2023, lines.category]
    cost = lines.quantity * world.of(products).unit_cost.to_numpy()[product] * level
    agreed = np.array([one.commission for one in PARTNERS])[lines.partner]
    share = np.where(lines.partner >= 0, agreed, COMMISSION[lines.channel])
    freight = FREIGHT[lines.category] * co.FAR[lines.region] * lines.quantity**0.85
    lines = lines.assign(
        rate=rate,
        cost=(cost / rate).round(2),
        commission=(lines.net * share).round(2),
        payment=(lines.net * PAYMENT[lines.channel]).round(2),
        freight=(freight * local * lines.pop("express")).round(2),
        credit=False,
    )
    small = ["segment", "region", "currency", "category", "channel", "partner", "device", "back"]
    kinds = {"customer": np.int32, "day": np.int16, "product": np.int16, "owner": np.int16}
    return lines.astype(kinds | dict.fromkeys(small, np.int8))


def _credit_notes(lines: pd.DataFrame) -> pd.DataFrame:
    """What came back, negative on its own day; the payment fee is lost, freight paid again."""
    back = lines[(lines.back > 0) & ~lines.cancelled]
    back = back[back.day + back.back < co.LAST].copy()
    back["day"] += back.back.astype(np.int16)
    turned = ["quantity", "discount", "net", "cost", "commission"]
    back[turned] = -back[turned]
    return back.assign(payment=0.0, credit=True)


def _worded(world: World, table: pd.DataFrame) -> pd.DataFrame:
    """The lines in words, with how far they got."""
    age = co.LAST - table.day.to_numpy()
    steps = [table.credit, table.cancelled, age <= OPEN_DAYS, age <= SHIPPED_DAYS]
    status = np.select(steps, [2, 3, 0, 1], 2)
    partner = np.array([one.partner_id for one in PARTNERS] + [None])[table.partner]
    frame = pd.DataFrame(
        {
            "order_id": order_id(table),
            "order_date": co.date(table.day),
            "customer_id": customer_id(table.customer).to_numpy(),
            "product_id": world.of(products).product_id.to_numpy()[table["product"]],
            "quantity": table.quantity.to_numpy(),
            "currency": np.array(co.CURRENCIES)[table.currency],
            "status": np.array(WORDS)[status],
            "region": np.array(co.REGIONS)[table.region],
            "channel": np.array(co.CHANNELS)[table.channel],
            "owner": np.append(world.of(seats)["name"].to_numpy(), None)[table.owner],
            "partner_id": np.where(table.partner >= 0, partner, None),
            "_number": table.number.to_numpy(),
        },
        index=table.index,
    )
    named = {"net": "net_amount", "cost": "cost_amount", "payment": "payment_cost"}
    named |= {"freight": "shipping_cost"} | {n: n for n in ("unit_price", "discount", "commission")}
    return frame.assign(**{ours: table[name] for name, ours in named.items()})
