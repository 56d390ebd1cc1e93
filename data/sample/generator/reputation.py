"""Reputation: reviews of ours and of rivals, and how often brands are talked about."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.product import products
from generator.service import parcels
from generator.world import World
from generator.writing import TOPICS, comment, topics

REVIEWED, REVIEWED_LATE, RIVALS = 0.205, 0.42, 1280
ANNOYED = 0.85  # of those who review a late parcel
BAD, MIXED = 0.15, 0.13
RIVAL_BAD = [0.19, 0.13, 0.23]  # by competitor
PLACES = ["Trustpilot", "Google", "Marketplace"]
RIVAL_REGIONS = np.array([[2, 1, 6, 2], [1, 1, 1, 6], [6, 3, 1, 1]])  # where rivals are reviewed
TITLES = {
    "en": ["Avoid", "So so", "Recommended"],
    "es": ["A evitar", "Regular", "Recomendable"],
    "fr": ["À éviter", "Moyen", "Je recommande"],
}
MENTIONED = np.array([30, 46, 38, 33])  # a week: ours, then each rival
WHERE = {"press": 0.1, "social": 0.62, "forum": 0.28}


def reviews(world: World) -> pd.DataFrame:
    """Return reviews by day, ours beside those of three rivals."""
    table = pd.concat([_own(world), *(_rival(world, n) for n in range(len(co.COMPETITORS)))])
    table = table.sort_values(["_day", "_key"], kind="stable", ignore_index=True)
    table.insert(0, "review_id", [f"R{n:05}" for n in range(1, len(table) + 1)])
    return table


def mentions(world: World) -> pd.DataFrame:
    """Return mentions by week, brand, place and country."""
    brands, week = [None, *co.COMPETITORS], np.arange(co.WEEKS - 1)
    shape = (len(week), len(brands), len(WHERE), len(co.REGIONS))
    place = np.indices(shape).reshape(4, -1)
    key, draws = np.arange(place.shape[1]), world.draws("mentions")
    mean = MENTIONED[place[1]] * np.array(list(WHERE.values()))[place[2]] / len(co.REGIONS)
    count = draws.poisson("count", key, mean)
    delivery, monday = world.plan.delivery, place[0] * 7 - co.FIRST_MONDAY
    upset = (place[1] == 0) & (place[3] == delivery.region) & (monday >= delivery.since)
    bad = draws.poisson("bad", key, count * (0.14 + 0.5 * delivery.late * upset))
    good = draws.poisson("good", key, count * 0.26)
    frame = pd.DataFrame({"date": co.date(monday), "competitor": np.array(brands)[place[1]]})
    frame["source"], frame["region"] = (
        np.array(list(WHERE))[place[2]],
        np.array(co.REGIONS)[place[3]],
    )
    frame["mentions"] = count
    frame["negative"] = np.minimum(bad, count)
    frame["positive"] = np.minimum(good, count - frame.negative)
    return frame[frame.mentions > 0]


def _own(world: World) -> pd.DataFrame:
    """Reviews of orders from the web shop and marketplaces; who waited longer writes more."""
    table, draws = world.of(parcels), world.draws("reviews")
    table = table[(table.channel <= co.MARKETPLACE) & ~table.renewal]
    chance = np.where(table.late, REVIEWED_LATE, REVIEWED)
    table = table[draws.uniform("reviewed", table.order) < chance].reset_index(drop=True)
    key, region = table.order.to_numpy(), table.region.to_numpy()
    upset = table.late.to_numpy() & (draws.uniform("annoyed", key) < ANNOYED)
    frame = _written(world, (key, region), np.where(upset, 0, -1), np.where(upset, 1.0, BAD))
    catalogue = world.of(products)
    day = table.day.to_numpy() + draws.between("after", key, 4, 16)
    frame = frame.assign(_day=day, order_id=table.order_id, competitor=None)
    frame["product_id"] = catalogue.product_id.to_numpy()[table["product"]]
    frame["category"] = np.array(co.CATEGORIES)[table.category]
    return frame.assign(date=co.date(day))[day < co.LAST]


def _rival(world: World, competitor: int) -> pd.DataFrame:
    draws, key = world.draws("reviews"), 2**50 + competitor * 10**6 + np.arange(RIVALS)
    region = draws.pick_by("region", key, np.full(RIVALS, competitor), RIVAL_REGIONS)
    bad = np.full(RIVALS, RIVAL_BAD[competitor])
    frame = _written(world, (key, region), np.full(RIVALS, -1), bad)
    day = draws.between("day", key, 0, co.LAST - 1)
    category = draws.pick("category", key, [0.25, 0.15, 0.1, 0.35, 0.1, 0.05])
    frame["category"] = np.array(co.CATEGORIES)[category]
    return frame.assign(_day=day, date=co.date(day), competitor=co.COMPETITORS[competitor])


def _written(world: World, whose: tuple, topic: np.ndarray, bad: np.ndarray) -> pd.DataFrame:
    """Stars and words that fit each other."""
    draws, (key, region) = world.draws("reviews"), whose
    luck = draws.uniform("tone", key)
    tone = np.select([luck < bad, luck < bad + MIXED], [0, 1], 2)
    more = draws.uniform("stars", key)
    stars = np.select(
        [tone == 0, tone == 1], [np.where(more < 0.6, 1, 2), 3], np.where(more < 0.62, 5, 4)
    )
    language = np.array(co.LANGUAGES)[region]
    titled = draws.uniform("titled", key) < 0.6
    title = [
        TITLES[one][t] if has else None for one, t, has in zip(language, tone, titled, strict=True)
    ]
    frame = pd.DataFrame({"_key": key, "rating": stars, "title": title})
    frame["text"] = comment(draws, (key, language), topic, tone)
    frame["_topic"] = np.array(TOPICS)[topics(draws, key, topic)]
    frame["language"], frame["region"] = language, np.array(co.REGIONS)[region]
    return frame.assign(source=np.array(PLACES)[draws.pick("place", key, [0.5, 0.3, 0.2])])
