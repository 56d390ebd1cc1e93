"""Service: tickets and surveys, and which orders came late."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.customers import buyers, costly, customer_id
from generator.orders import lines, order_id
from generator.people import SEATS, holders, seats, served_by
from generator.product import products
from generator.world import World
from generator.writing import comment

ASKS, ASKS_LATE, ASKS_LARGE = 0.12, 0.22, 0.45  # chance of a ticket about an order
OTHER = 1.1  # tickets a day about no order
LATE = 0.05  # of all parcels
TOPICS = ["Delivery", "Product", "Billing", "Return", "Advice", "Subscription"]
PRIORITIES, ROUTES = ["low", "normal", "high", "urgent"], ["mail", "phone", "chat", "form"]
CROWDED = 2.2  # power of tickets a head with which answers slow down
SENT_NPS, SENT_RENEWAL, SENT_CSAT, ANSWERED = 0.165, 0.03, 0.40, 0.44
LATE_DATA = 13  # days that surveys end before the rest


def parcels(world: World) -> pd.DataFrame:
    """Return one row per order that was sent, with whether it came late."""
    table = world.of(lines)
    table = table[~table.credit & ~table.cancelled].drop_duplicates("number")
    table = table.assign(order_id=order_id(table))
    delivery = world.plan.delivery
    there = (table.region == delivery.region) & (table.day >= delivery.since)
    consumer = table.channel <= co.MARKETPLACE
    chance = np.where(there & consumer, np.maximum(delivery.late, LATE), LATE)
    late = world.draws("parcels").uniform("late", table.order) < chance
    return table.assign(late=late).reset_index(drop=True)


def tickets(world: World) -> pd.DataFrame:
    """Return one row per ticket; answers slow down with tickets a head."""
    table = pd.concat([_about_orders(world), _about_nothing(world)], ignore_index=True)
    table = table[table.day < co.LAST].sort_values(["day", "key"], kind="stable", ignore_index=True)
    draws, key = world.draws("tickets"), table.key.to_numpy()
    place = table.region.to_numpy(), draws.between("seat", key, 0, SEATS - 1), table.day.to_numpy()
    agent = served_by(world, 1, place)[0]
    heads = (world.of(holders)[1] >= 0).sum(1)[table.region, table.day]
    load = (SEATS / heads) ** CROWDED
    first = np.exp(np.log(5) + draws.normal("first", key, 0.75)) * load
    whole = first + np.exp(np.log(15) + draws.normal("whole", key, 0.9)) * load**0.5
    topic = np.where(table.late, 0, draws.pick("topic", key, [0.16, 0.28, 0.16, 0.14, 0.19, 0.07]))
    answered, solved = table.day + first / 24, table.day + whole / 24
    mood = 4.5 - 0.42 * np.log1p(first / 6) - 0.5 * (topic == 0) + draws.normal("mood", key, 0.8)
    rated = (draws.uniform("rated", key) < 0.45) & (solved < co.LAST)
    state = np.where(answered < co.LAST, "pending", "open")
    frame = pd.DataFrame(
        {
            "ticket_id": 480001 + table.index,
            "created_on": co.date(table.day),
            "first_response_on": co.date(np.floor(answered.where(answered < co.LAST))),
            "solved_on": co.date(np.floor(solved.where(solved < co.LAST))),
            "first_response_hours": first.round(1),
            "resolution_hours": whole.round(1),
            "status": np.where(solved < co.LAST, "solved", state),
            "priority": np.array(PRIORITIES)[draws.pick("priority", key, [0.2, 0.55, 0.19, 0.06])],
            "topic": np.array(TOPICS)[topic],
            "channel": np.array(ROUTES)[draws.pick("route", key, [0.48, 0.27, 0.15, 0.10])],
            "customer_id": customer_id(table.customer).where(table.customer >= 0, None),
            "order_id": table.order_id,
            "product_id": table.product_id.where(pd.Series(topic).isin([1, 3]), None),
            "region": np.array(co.REGIONS)[table.region],
            "agent": world.of(seats)["name"].to_numpy()[agent],
            "cost": (3.4 + 0.35 * np.minimum(whole, 40) ** 0.7).round(2),
            "satisfaction": pd.Series(mood.round().clip(1, 5)).where(rated).astype("Int64"),
        }
    )
    frame.loc[answered >= co.LAST, "first_response_hours"] = np.nan
    frame.loc[solved >= co.LAST, "resolution_hours"] = np.nan
    mistyped = frame.index[[len(frame) // 3, len(frame) // 2]]
    frame.loc[mistyped, "created_on"] += pd.DateOffset(years=10)
    return frame


def surveys(world: World) -> pd.DataFrame:
    """Return surveys sent after orders and after tickets, answered or not."""
    table = pd.concat([_recommend(world), _satisfied(world)], ignore_index=True)
    table = table[table.day < co.LAST - LATE_DATA].sort_values(
        "day", kind="stable", ignore_index=True
    )
    frame = pd.DataFrame({"survey_id": "S" + (table.index + 1).astype(str).str.zfill(5)})
    frame["sent_on"], frame["score"] = co.date(table.day), table.score.astype("Int64")
    return pd.concat(
        [
            frame,
            table[
                ["kind", "customer_id", "order_id", "ticket_id", "region", "language", "comment"]
            ],
        ],
        axis=1,
    )


def _about_orders(world: World) -> pd.DataFrame:
    table, draws = world.of(parcels), world.draws("tickets")
    key = table.order.to_numpy()
    large = table.customer == costly(world, world.of(buyers).since)
    chance = ASKS * np.where(table.renewal, 0.4, 1) + ASKS_LATE * table.late + ASKS_LARGE * large
    asks = draws.uniform("asks", key) < chance
    day = table.day + draws.between("after", key, 1, 9)
    table = table.assign(
        key=key, day=day, product_id=world.of(products).product_id.to_numpy()[table["product"]]
    )
    late = table.late & (draws.uniform("because", key) < 0.7)
    columns = ["key", "day", "region", "customer", "order_id", "product_id", "late"]
    return table.assign(late=late)[asks][columns]


def _about_nothing(world: World) -> pd.DataFrame:
    draws, cells = world.draws("tickets"), np.arange(co.LAST * len(co.REGIONS))
    mean = OTHER * np.array(co.REGION_SHARE)[cells // co.LAST] * world.scale
    cell = np.repeat(cells, draws.poisson("other", cells, mean))
    key = 2**50 + cell * 64 + np.arange(len(cell)) % 64
    day, region = cell % co.LAST, cell // co.LAST
    plain = {"customer": -1, "order_id": None, "product_id": None, "late": False}
    return pd.DataFrame({"key": key, "day": day, "region": region}).assign(**plain)


def _recommend(world: World) -> pd.DataFrame:
    table, draws = world.of(parcels), world.draws("surveys")
    chance = np.where(table.renewal, SENT_RENEWAL, SENT_NPS)
    table = table[draws.uniform("sent", table.order) < chance].reset_index(drop=True)
    key, late = table.order.to_numpy(), table.late.to_numpy()
    mood = 8.5 - 3.2 * late - 0.3 * (table.region == 3) + draws.normal("mood", key, 1.9)
    answered = draws.uniform("answered", key) < ANSWERED
    score = mood.round().clip(0, 10).where(answered)
    says = answered & (draws.uniform("says", key) < 0.35)
    language = np.array(co.LANGUAGES)[table.region]
    tone = np.select([mood < 6.5, mood < 8], [0, 1], 2)
    text = comment(draws, (key, language), np.where(late, 0, -1), tone)
    return pd.DataFrame(
        {
            "day": table.day + 14,
            "kind": "nps",
            "score": score,
            "customer_id": customer_id(table.customer),
            "order_id": table.order_id,
            "region": np.array(co.REGIONS)[table.region],
            "language": np.where(says, language, None),
            "comment": np.where(says, text, None),
            "ticket_id": None,
        }
    )


def _satisfied(world: World) -> pd.DataFrame:
    table = world.of(tickets)
    sent = world.draws("surveys").uniform("csat", table.ticket_id) < SENT_CSAT
    table = table[sent & (table.status == "solved")]
    return pd.DataFrame(
        {
            "day": (table.solved_on - co.START).dt.days + 1,
            "kind": "csat",
            "score": table.satisfaction,
            "customer_id": table.customer_id,
            "order_id": table.order_id,
            "region": table.region,
            "ticket_id": table.ticket_id.astype(str),
        }
    )
