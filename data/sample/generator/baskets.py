"""Sales: what customers want on which day, and what of it comes to an order."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.customers import buyers, channels, costly
from generator.media import MOST, USUAL, pull
from generator.people import served_by
from generator.product import ELASTICITY, place, products, shelf
from generator.world import World

BLOCK = 20_000  # customers at a time
MOST_LINES, MORE_LINES = 7, 2.4  # wanted lines after the first, on average
KEENEST = 1.8  # demand at the lowest price, × that at the category's
SURVIVES = 0.87  # of orders wanted: something in them is bought
NICHE_MOST, NICHE_DAYS = 3.6, 450
SHOCK = 0.05  # of a country's day
ELSEWHERE = 0.15  # of a household's orders, in another channel than its own
DRIFT = np.array([-0.03, -0.01, 0.05, 0.03, -0.01, 0.0])  # of tastes, a year
TASTE = np.array(  # by segment and category
    [
        [0.095, 0.085, 0.10, 0.38, 0.22, 0.12],
        [0.080, 0.055, 0.05, 0.55, 0.13, 0.135],
        [0.070, 0.070, 0.02, 0.58, 0.12, 0.14],
        [0.080, 0.050, 0.03, 0.57, 0.13, 0.14],
        [0.080, 0.050, 0.08, 0.53, 0.13, 0.13],
    ]
)
MARKETPLACE_TASTE = np.array([0.8, 2.2, 2.0, 0.4, 1.1, 0.7])
PRICE_TASTE = [0.55, 1.0, 1.5, 1.3, 0.9]  # × the category's median price, by segment
QUANTITY = np.array(  # by segment and category
    [
        [1.0, 1.0, 1.05, 1.8, 1.3, 1.5],
        [1.1, 1.1, 1.3, 13.0, 2.4, 3.5],
        [1.2, 1.2, 1.5, 22.0, 3.5, 5.0],
        [1.3, 1.2, 1.8, 24.0, 4.0, 5.0],
        [1.2, 1.1, 1.6, 13.0, 3.0, 3.5],
    ]
)
DEVICE = np.array([0.50, 0.44, 0.06])
PHONES_MORE = 0.04  # a year


def wanted(world: World, rows: slice) -> pd.DataFrame:
    """Return the orders that customers would place, the first on the day they join."""
    people, draws = world.of(buyers)[rows], world.draws("orders")
    row, until = people.index.to_numpy(), _reached(world)
    place = (people.segment.to_numpy(), people.region.to_numpy())
    begin = until[(*place, people.since.to_numpy() + co.BEFORE)]
    span = until[(*place, -1)] - begin
    more = np.where(people.channel == co.WEB, MOST / USUAL, 1) * _niche_most(world, people)
    count = draws.poisson("count", row, people.rate.to_numpy() / 7 * span * more / SURVIVES)
    count = 1 + np.minimum(count, 1000)
    orders = people.loc[people.index.repeat(count)]
    nth = np.arange(len(orders)) - np.repeat(np.cumsum(count) - count, count)
    orders["customer"], orders["nth"] = orders.index.to_numpy(np.int32), nth.astype(np.int16)
    orders["order"] = orders.customer.astype(np.int64) * 1024 + nth
    aim = np.repeat(begin, count) + draws.uniform("day", orders.order) * np.repeat(span, count)
    day = _when(until, orders, aim)
    orders["day"] = np.where(nth == 0, orders.since, day)
    orders = orders.sort_values(["customer", "day", "nth"], ignore_index=True)
    other = channels(world, orders, orders.order.to_numpy())
    away = (draws.uniform("elsewhere", orders.order) < ELSEWHERE) & (orders.segment == 0)
    return orders.assign(at=np.where(away, other, orders.channel), home=orders.channel)


def filled(world: World, orders: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that orders since START would hold at the day's prices."""
    draws, today = world.draws("order lines"), world.of(shelf)
    orders = orders[orders.day >= 0]
    count = 1 + np.minimum(draws.poisson("count", orders.order, MORE_LINES), MOST_LINES - 1)
    lines = orders[["order", "customer", "day", "segment", "at"]]
    lines = lines.loc[lines.index.repeat(count)].rename_axis("row").reset_index()
    nth = np.arange(len(lines)) - np.repeat(np.cumsum(count) - count, count)
    key = lines["line"] = lines.order * 8 + nth
    taste, shelves = _tastes(), _shelves(world)
    years = co.year(lines.day) - 2023
    row = (lines.segment * 2 + (lines["at"] == co.MARKETPLACE)) * 4 + years
    lines["category"] = draws.pick_by("category", key, row.to_numpy(), taste).astype(np.int8)
    row = (lines.segment * len(co.CATEGORIES) + lines.category).to_numpy()
    lines["product"] = draws.pick_by("product", key, row, shelves).astype(np.int16)
    spot = lines["product"].to_numpy(), lines.day.to_numpy()
    lines["offered"] = np.where(lines["at"] == co.WEB, today.offered[spot], 0)
    keen = ELASTICITY[lines.category] * (today.apart[spot] + np.log1p(-lines.offered))
    bought = draws.uniform("bought", key) < np.exp(keen) / KEENEST * today.on_sale[spot]
    return lines[bought].drop_duplicates(["order", "product"])


def alive(world: World, orders: pd.DataFrame, lines: pd.DataFrame) -> np.ndarray:
    """Return which orders come before their customer's last; the last is drawn order by order."""
    draws, key = world.draws("orders"), orders.order.to_numpy()
    real = draws.uniform("real", key) < SURVIVES
    bought = np.zeros(len(orders), bool)
    bought[lines.row.unique()] = True
    real = np.where(orders.day.to_numpy() < 0, real, bought)
    real &= (orders.home != co.WEB).to_numpy() | (draws.uniform("pulled", key) < USUAL / MOST)
    last = (
        real & (orders.nth > 0).to_numpy() & (draws.uniform("last", key) < orders.leaves.to_numpy())
    )
    ends = np.cumsum(last) - last
    first = np.r_[True, np.diff(orders.customer) != 0]
    before = np.repeat(ends[first], np.diff(np.r_[np.flatnonzero(first), len(orders)]))
    return (ends - before) == 0


def placed(world: World, orders: pd.DataFrame) -> pd.DataFrame:
    """Return the orders that come about, `lost` for those that break off at the checkout."""
    draws, plan, key = world.draws("orders"), world.plan, orders.order.to_numpy()
    web, day = (orders["at"] == co.WEB).to_numpy(), orders.day.to_numpy()
    region = orders.region.to_numpy()
    pulled = np.where(web, world.of(pull)[region, co.week(day)], USUAL) / MOST
    kept = (orders.home != co.WEB).to_numpy() | (draws.uniform("pulled", key) < pulled)
    kept &= draws.uniform("niche", key) < _niche(world, orders)
    delivery = np.clip((day - plan.delivery.since - 42) / 42, 0, 1) * plan.delivery.loss
    consumers = (orders["at"] <= co.MARKETPLACE) & (region == plan.delivery.region)
    kept &= ~(consumers & (draws.uniform("late", key) < delivery))
    owner, empty = served_by(world, 0, (region, orders.seat.to_numpy(), day))
    kept &= ~(_unserved(world, orders, empty) & (draws.uniform("served", key) < plan.short.loss))
    large = orders.customer == costly(world, world.of(buyers).since)
    kept &= ~large | (draws.uniform("volume", key) < plan.costly.volume)
    device = device_of(world, key, day)
    broken = web & (region == plan.checkout.region) & (device == plan.checkout.device)
    broken &= (day >= plan.checkout.since) & (draws.uniform("checkout", key) < plan.checkout.loss)
    served = orders["at"] >= co.SALES
    orders = orders.assign(device=device, owner=np.where(served, owner, -1), lost=broken)
    return orders[kept]


def followed(world: World, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines left by a rival's cut, and those that one product brings along."""
    draws, rival, pair = world.draws("order lines"), world.plan.rival, world.plan.pair
    hit = (lines.category == rival.category) & (lines.day >= rival.since)
    stays = (1 - rival.cut) ** rival.cross
    lines = lines[~hit | (draws.uniform("rival", lines.line) < stays)]
    joined = lines[lines["product"] == place(pair.first)]
    joined = joined[draws.uniform("pair", joined.line) < pair.attach]
    second = joined.assign(
        product=place(pair.second), category=pair.second[0], line=joined.order * 8 + 7
    )
    return pd.concat([lines, second.assign(offered=0.0)]).drop_duplicates(["order", "product"])


def device_of(world: World, key: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return the device of a visit; ever more phones."""
    luck = world.draws("orders").uniform("device", key)
    phone = DEVICE[0] + PHONES_MORE * day / 365.25
    return np.select([luck < phone, luck < 1 - DEVICE[2]], [0, 1], 2).astype(np.int8)


def _reached(world: World) -> np.ndarray:
    """How much business time has passed before each day, by segment and region."""
    draws, shape = world.draws("days"), (len(co.REGIONS), len(co.PAST))
    shock = np.exp(draws.normal("shock", np.arange(np.prod(shape)), SHOCK)).reshape(shape)
    reached = np.cumsum(co.busy() * shock[None], 2)
    return np.concatenate([np.zeros((*reached.shape[:2], 1)), reached], 2)


def _when(until: np.ndarray, orders: pd.DataFrame, aim: np.ndarray) -> np.ndarray:
    day = np.empty(len(orders), np.int64)
    place = (orders.segment * len(co.REGIONS) + orders.region).to_numpy()
    for one in np.unique(place):
        those = place == one
        line = until[divmod(one, len(co.REGIONS))]
        day[those] = np.searchsorted(line, aim[those], "right") - 1 - co.BEFORE
    return np.minimum(day, co.LAST - 1)


def _is_niche(world: World, orders: pd.DataFrame) -> np.ndarray:
    niche = world.plan.niche
    return ((orders.segment == niche.segment) & (orders.region == niche.region)).to_numpy()


def _niche_most(world: World, people: pd.DataFrame) -> np.ndarray:
    return np.where(_is_niche(world, people), NICHE_MOST, 1)


def _niche(world: World, orders: pd.DataFrame) -> np.ndarray:
    """The share of wanted orders that the niche has grown to."""
    grown = np.clip((orders.day - world.plan.niche.since) / NICHE_DAYS, 0, 1)
    share = world.plan.niche.times**grown / NICHE_MOST
    return np.where(_is_niche(world, orders) & (orders.nth > 0), share, 1)


def _unserved(world: World, orders: pd.DataFrame, empty: np.ndarray) -> np.ndarray:
    """Orders that a team short of people loses: its empty seats', or (service) firms'."""
    short = world.plan.short
    there = ((orders.region == short.region) & (orders.day >= short.since)).to_numpy()
    if short.team == 0:
        return there & empty & (orders["at"] == co.SALES).to_numpy()
    return there & (orders.segment > 0).to_numpy()


def _tastes() -> np.ndarray:
    """How often each category is wanted, by segment, marketplace or not, and year."""
    years = np.exp(DRIFT * (np.arange(4) - 1)[:, None])
    place = np.array([np.ones(len(co.CATEGORIES)), MARKETPLACE_TASTE])
    tastes = TASTE[:, None, None, :] * place[None, :, None, :] * years[None, None]
    return tastes.reshape(-1, len(co.CATEGORIES))


def _shelves(world: World) -> np.ndarray:
    """How often each product is wanted, by segment and category: popular, and priced to taste."""
    table, shelves = world.of(products), []
    median = table.groupby("_category")._base.transform("median")
    for taste in PRICE_TASTE:
        liked = table._popularity * np.exp(-1.1 * np.log(table._base / median / taste) ** 2)
        shelves += [liked.where(table._category == c, 0) for c in range(len(co.CATEGORIES))]
    return np.array(shelves)
