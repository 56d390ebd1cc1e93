"""Customers: who buys, where, how, how often and for how long."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.names import FAMILY_NAMES, FIRMS, FIRST_NAMES, PARTNERS
from generator.world import World

COUNT = 8000
COSTLY_NAME, COSTLY_RATE = "Grupo Hotelero Miramonte", 3.4  # orders a week
NICHE_SHARE, NICHE_RATE = {3: 1.7, 4: 2.2}, {3: 1.0, 4: 1.5}  # × there as elsewhere, planted or not
WEB_SHARE = [0.72, 0.66, 0.62, 0.45]  # web share of households, by region


def buyers(world: World) -> pd.DataFrame:
    """Return who buys, in numbers: places in the company's lists, days and chances.

    `rate`: orders a week; `leaves`: chance that an order is the last; `seat`: of the sales team.
    """
    count = round(COUNT * world.scale)
    draws, key = world.draws("customers"), np.arange(count)
    table = pd.DataFrame({"since": _joining(draws.uniform("since", key), count)})
    table["region"] = draws.pick("region", key, co.REGION_SHARE).astype(np.int8)
    table["segment"] = _segments(world, table.region.to_numpy())
    table["channel"] = _channels(draws, "channel", table)
    table["partner"] = _partners(draws, table)
    currency = np.where(table.region == 2, 1, 0)
    through = np.array([one.currency for one in PARTNERS])[table.partner.clip(lower=0)]
    table["currency"] = np.where(table.partner >= 0, through, currency).astype(np.int8)
    table["seat"] = draws.between("seat", key, 0, 2).astype(np.int8)
    for name in ("r", "alpha", "a", "b"):
        table[name] = np.array([co.BGNBD[one][name] for one in co.SEGMENTS])[table.segment]
    table["rate"] = draws.gamma("rate", key, table.r.to_numpy()) / table.alpha
    table["leaves"] = draws.beta("leaves", key, (table.a.to_numpy(), table.b.to_numpy()))
    table = table.drop(columns=["r", "alpha", "a", "b"])
    niche = (table.segment == world.plan.niche.segment) & (table.region == world.plan.niche.region)
    table["rate"] *= np.where(niche, NICHE_RATE[world.plan.niche.segment], 1)
    row = costly(world, table.since)
    table.loc[row, ["region", "segment"]] = world.plan.costly.region, 2
    table.loc[row, ["channel", "partner", "seat"]] = co.SALES, -1, 1
    table.loc[row, "currency"] = int(world.plan.costly.region == 2)
    table.loc[row, ["rate", "leaves"]] = COSTLY_RATE, 0.0
    return table


def channels(world: World, table: pd.DataFrame, key: np.ndarray) -> np.ndarray:
    """Return the channel of an order that is not placed where its customer usually does."""
    return _channels(world.draws("customers"), "elsewhere", table, key)


def costly(world: World, since: pd.Series) -> int:
    """Return the row of the large account: the first to join after its day."""
    return int(np.searchsorted(since.to_numpy(), world.plan.costly.since))


def customer_id(row: np.ndarray) -> pd.Series:
    """Return identifiers for rows."""
    return "C" + pd.Series(row).add(1).astype(str).str.zfill(5)


def customers(world: World) -> pd.DataFrame:
    """Return who buys as the office in Madrid keeps them."""
    table, draws = world.of(buyers), world.draws("customers")
    key = table.index.to_numpy()
    person = _words(draws, "first name", FIRST_NAMES, table.region)
    family = _words(draws, "family name", FAMILY_NAMES, table.region)
    firm = np.array(FIRMS)[table.region, (table.segment - 1).clip(0)]
    name = pd.Series(np.where(table.segment == 0, person, firm)) + " " + family
    name[costly(world, table.since)] = COSTLY_NAME
    return pd.DataFrame(
        {
            "customer_id": customer_id(key),
            "customer_name": name,
            "region": np.array(co.REGIONS)[table.region],
            "segment": np.array(co.SEGMENTS)[table.segment],
            "since": co.date(table.since),
            "Límite de crédito": np.where(
                table.segment > 0, draws.between("limit", key, 4, 60) * 250.5, np.nan
            ),
        }
    )


def _joining(luck: np.ndarray, count: int) -> np.ndarray:
    """Days of joining, in order: ever more of them, and more before Christmas."""
    day = np.arange(-co.BEFORE, co.LAST)
    flow = np.exp(co.GROWTH * day / 365.25) * (0.6 + 0.4 * co.SEASON[0][co.month(day)])
    reached = np.cumsum(flow) / flow.sum()
    return np.searchsorted(reached, (np.arange(count) + luck) / count) - co.BEFORE


def _segments(world: World, region: np.ndarray) -> np.ndarray:
    """A segment by country; the niche's is a larger part of its country than elsewhere."""
    share, niche = np.tile(co.SEGMENT_SHARE, (len(co.REGIONS), 1)), world.plan.niche
    share[niche.region, niche.segment] *= NICHE_SHARE[niche.segment]
    key = np.arange(len(region))
    return world.draws("customers").pick_by("segment", key, region, share).astype(np.int8)


def _channels(draws: object, purpose: str, table: pd.DataFrame, key: object = None) -> np.ndarray:
    """A channel by segment; German households favour marketplaces."""
    mix = np.array([[[*row] for row in co.CHANNEL_MIX]] * len(co.REGIONS))
    mix[:, 0, co.WEB], mix[:, 0, co.MARKETPLACE] = WEB_SHARE, 1 - np.array(WEB_SHARE)
    row = table.region.to_numpy() * len(co.SEGMENTS) + table.segment.to_numpy()
    key = table.index.to_numpy() if key is None else key
    return draws.pick_by(purpose, key, row, mix.reshape(-1, len(co.CHANNELS))).astype(np.int8)


def _partners(draws: object, table: pd.DataFrame) -> np.ndarray:
    """The partner who serves a customer of resellers, −1 for the others."""
    weight = [[p.weight * (p.region == r) for p in PARTNERS] for r in range(len(co.REGIONS))]
    key, region = table.index.to_numpy(), table.region.to_numpy()
    one = draws.pick_by("partner", key, region, np.array(weight))
    return np.where(table.channel == co.RESELLERS, one, -1).astype(np.int8)


def _words(draws: object, purpose: str, lists: list[str], region: pd.Series) -> np.ndarray:
    words = np.array([line.split() for line in lists], dtype=object)
    place = draws.between(purpose, region.index.to_numpy(), 0, words.shape[1] - 1)
    return words[region.to_numpy(), place]
