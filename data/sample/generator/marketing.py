"""Marketing: campaigns, their daily bill, contacts on the way to an order, and tests."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.media import effects, pull, weekly
from generator.names import SPEND_CHANNELS
from generator.orders import lines, order_id
from generator.world import World

VARIANTS = {
    "Search": ("Brand", "Generic"),
    "Social": ("Prospecting", "Retargeting"),
    "Display": ("Prospecting", "Retargeting"),
    "Affiliate": ("Content", "Vouchers"),
    "Email": ("Newsletter", "Win-back"),
}
AIM = {"Brand": "sales", "Generic": "leads", "Prospecting": "awareness", "Content": "awareness"}
CLICK_COST = np.array([0.62, 0.48, 0.31, 0.40, 0.09])
CLICK_RATE = np.array([0.052, 0.012, 0.0035, 0.018, 0.031])
CLAIMED = 1.35  # conversions the platforms claim for one they brought
FREE = ["Organic search", "Direct"]
NOT_BOUGHT = 8.5  # journeys a day without an order
TESTS = [  # name, units, chance of the control, uplift, order value of the variant
    ("EX1 Checkout on one page", 4200, 0.105, 0.028, 1.0),
    ("EX2 New product pictures", 3600, 0.118, 0.0, 1.0),
    ("EX3 Free grinder brush", 3800, 0.112, 0.026, 0.74),
]


def campaigns(world: World) -> pd.DataFrame:
    """Return two campaigns for each channel and country; `_share` of its spend from `_first` on."""
    rows = [
        (channel, region, variant)
        for channel in range(len(SPEND_CHANNELS))
        for region in range(len(co.REGIONS))
        for variant in (0, 1)
    ]
    table = pd.DataFrame(rows, columns=["_channel", "_region", "_variant"])
    draws, key = world.draws("campaigns"), table.index.to_numpy()
    table["campaign_id"] = 20310041 + key * 17
    table["channel"] = np.array(SPEND_CHANNELS)[table._channel]
    table["region"] = np.array(co.REGIONS)[table._region]
    what = [VARIANTS[c][v] for c, v in zip(table.channel, table._variant, strict=True)]
    table["campaign_name"] = table.channel + " | " + table.region + " | " + what
    table["objective"] = pd.Series(what).map(AIM).fillna("sales")
    table["segment"] = np.where(draws.uniform("whom", key) < 0.3, "Office", "Household")
    table["_first"] = np.where(table._variant == 0, -60, draws.between("first", key, -60, 300))
    table["start_date"] = co.date(table._first)
    spent = world.of(weekly)[table._channel, table._region].sum(1)
    table["budget"] = (spent * 0.5 / 100).round() * 100
    return table


def spend(world: World) -> pd.DataFrame:
    """Return each campaign's day as the agency reports it; newsletters go out twice a week."""
    table, day = world.of(campaigns), np.arange(co.LAST)
    second = table._variant.to_numpy() == 1
    started = day >= table._first.to_numpy()[:, None]
    share = np.where(second[:, None], 0.4, 1 - 0.4 * np.roll(started, -1, 0)) * started
    noise = np.exp(world.draws("spend").normal("day", np.arange(started.size), 0.12))
    rest = co.DAYS.dayofweek.to_numpy()
    busy = np.where(table._channel.to_numpy()[:, None] == 4, np.isin(rest, [1, 3]) * 3.5, 1.0)
    raw = share * noise.reshape(share.shape) * busy / 7
    where = table._channel.to_numpy(), table._region.to_numpy()
    cost = (world.of(weekly)[where][:, co.week(day)] * raw).round(2)
    bought = _brought(world)[where][:, day] * raw * 7
    campaign, when = np.nonzero(cost)
    channel, paid = where[0][campaign], cost[campaign, when]
    clicks = np.round(paid / CLICK_COST[channel])
    value = _order_value(world)
    frame = pd.DataFrame(
        {"date": co.date(when), "campaign_id": table.campaign_id.to_numpy()[campaign]}
    )
    frame["Campaign"] = table.campaign_name.to_numpy()[campaign]
    frame["channel"] = table.channel.to_numpy()[campaign]
    frame["region"] = table.region.to_numpy()[campaign]
    frame["cost"], frame["currency"], frame["clicks"] = paid, "EUR", clicks.astype(int)
    frame["impressions"] = np.round(clicks / CLICK_RATE[channel]).astype(int)
    frame["conversions"] = (CLAIMED * bought[campaign, when]).round(2)
    frame["conversion_value"] = (frame.conversions * value).round(2)
    return frame.sort_values(["date", "campaign_id"], kind="stable", ignore_index=True)


def visit_orders(world: World) -> pd.DataFrame:
    """Return the web orders that began with a visit, one row each, `from`: what brought them."""
    table = world.of(lines)
    table = table[(table.channel == co.WEB) & ~table.renewal & ~table.credit]
    table = table.drop_duplicates("number")
    table = table.assign(order_id=order_id(table))
    return table.assign(source=source(world, table.order.to_numpy(), table.region, table.day))


def source(world: World, key: np.ndarray, region: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return which advertising brought a visit, by its part of the pull; −1 and −2 are free."""
    week = co.week(day)
    reached = np.cumsum(world.of(effects)[:, region, week], 0) / world.of(pull)[region, week]
    luck = world.draws("sessions").uniform("source", key)
    paid = (luck[None] >= reached).sum(0)
    free = np.where(luck > reached[-1] + (1 - reached[-1]) * 0.55, -1, -2)
    return np.where(paid < len(SPEND_CHANNELS), paid, free)


def touchpoints(world: World) -> pd.DataFrame:
    """Return the contacts of journeys, in order; what brought the visit stands first."""
    orders, draws = world.of(visit_orders), world.draws("touchpoints")
    bought = orders[["order", "day", "region", "customer", "order_id", "source"]]
    none = _without_order(world)
    paths = pd.concat([bought, none], ignore_index=True)
    mean = np.where(paths.customer < 0, 0.6, 1.1)
    count = 1 + np.minimum(draws.poisson("count", paths.order, mean), 4)
    rows = paths.loc[paths.index.repeat(count)].rename_axis("path").reset_index()
    nth = rows.groupby("path").cumcount().to_numpy()
    key = rows.order.to_numpy() * 8 + nth
    other = draws.pick("channel", key, [0.27, 0.12, 0.06, 0.06, 0.12, 0.2, 0.17])
    other = np.where(other >= len(SPEND_CHANNELS), 4 - other, other)
    first = nth == 0
    channel = np.where(first, rows.source, other)
    left = count[rows.path] - 1 - nth
    before = np.ceil(left * (0.4 + 4 * draws.uniform("gap", key))).astype(int)
    rows["day"] = (rows.day - before).clip(lower=0)
    names = np.array([*SPEND_CHANNELS, *FREE[::-1]])
    frame = pd.DataFrame({"path_id": "J" + (rows.path + 1).astype(str).str.zfill(6)})
    frame["touched_at"], frame["position"] = co.date(rows.groupby("path").day.cummax()), nth + 1
    frame["channel"] = names[channel]
    frame["campaign_id"] = _campaign(world, channel, rows, draws.uniform("campaign", key))
    frame["order_id"] = rows.order_id
    return frame


def experiments(world: World) -> pd.DataFrame:
    """Return the units of three tests; nothing differs in a company where nothing is planted."""
    planted, parts = world.plan != world.plan.null(), []
    for number, (name, units, chance, uplift, worth) in enumerate(TESTS):
        draws, key = world.draws(f"experiment {number}"), np.arange(units)
        variant = draws.uniform("variant", key) < 0.5
        lift = uplift * variant * planted
        converted = draws.uniform("converted", key) < chance + lift
        value = 74 * np.exp(draws.normal("value", key, 0.6)) * np.where(variant & planted, worth, 1)
        before = 60 * np.exp(draws.normal("before", key, 0.7)) * (draws.uniform("old", key) < 0.4)
        day = 420 + number * 190 + draws.between("day", key, 0, 27)
        frame = pd.DataFrame(
            {"experiment_id": name, "variant": np.where(variant, "variant", "control")}
        )
        parts.append(
            frame.assign(
                unit_id=[f"V{number + 1}{n:05}" for n in key],
                assigned_on=co.date(day),
                converted=np.where(converted, "yes", "no"),
                revenue=np.where(converted, value, 0).round(2),
                revenue_before=before.round(2),
                region=np.array(co.REGIONS)[draws.pick("region", key, co.REGION_SHARE)],
            )
        )
    return pd.concat(parts, ignore_index=True)


def _without_order(world: World) -> pd.DataFrame:
    """Journeys that lead to no order, more of them where advertising pulls."""
    draws, cells = world.draws("touchpoints"), np.arange(len(co.REGIONS) * co.LAST)
    region, day = np.divmod(cells, co.LAST)
    drawn = 0.6 + 0.18 * world.of(pull)[region, co.week(day)]
    mean = NOT_BOUGHT * np.array(co.REGION_SHARE)[region] * drawn * world.scale
    count = draws.poisson("none", cells, mean)
    cell = np.repeat(cells, count)
    nth = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
    region, day = np.divmod(cell, co.LAST)
    table = pd.DataFrame({"order": 2**46 + cell * 8192 + nth, "day": day, "region": region})
    found = source(world, table.order.to_numpy(), table.region, table.day)
    return table.assign(source=found, customer=-1, order_id=None)


def _brought(world: World) -> np.ndarray:
    """Orders that each channel of advertising brought, by channel, country and day."""
    found = np.zeros((len(SPEND_CHANNELS), len(co.REGIONS), co.LAST))
    orders = world.of(visit_orders)
    paid = orders[orders.source >= 0]
    np.add.at(found, (paid.source, paid.region, paid.day), 1)
    return found


def _order_value(world: World) -> float:
    """What a web order that began with a visit is worth, in euros."""
    orders = world.of(visit_orders)
    table = world.of(lines)
    sold = table[table.number.isin(orders.number)]
    return float((sold.net * sold.rate).sum() / len(orders))


def _campaign(world: World, channel: np.ndarray, rows: pd.DataFrame, luck: np.ndarray):
    """The campaign of a paid contact."""
    table = world.of(campaigns)
    place = (channel * len(co.REGIONS) + rows.region) * 2 + (luck < 0.4)
    one = table.campaign_id.reindex(place.clip(lower=0)).astype("Int64").to_numpy()
    return pd.Series(one, dtype="Int64").where(pd.Series(channel >= 0))
