"""Web: visits to the shop, and the steps each one reached."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.baskets import device_of
from generator.customers import customer_id
from generator.marketing import FREE, source, visit_orders
from generator.media import pull
from generator.names import SPEND_CHANNELS
from generator.orders import sales
from generator.world import World

LOOKING = 96  # visits without an order on an ordinary day, in all countries
STEPS = ["visit", "list", "product", "cart", "checkout", "payment", "purchase"]
PAYMENT = 5
REACHED = np.array([0.21, 0.19, 0.385, 0.115, 0.05, 0.02])  # furthest, where nothing is bought
HESITANT = np.array([0.24, 0.2, 0.38, 0.11, 0.04, 0.018])  # on a phone
NAMES = {"Search": "Paid search", "Social": "Social", "Display": "Display"}
NAMES |= {"Affiliate": "Affiliate", "Email": "Newsletter"}


def visits(world: World) -> pd.DataFrame:
    """Return every visit in numbers: those that bought, broke off at the payment, or looked."""
    bought = world.of(visit_orders)[
        ["order", "day", "region", "device", "customer", "source", "order_id"]
    ]
    lost = world.of(sales)[1][["order", "day", "region", "device", "customer"]]
    lost = lost.assign(source=source(world, lost.order.to_numpy(), lost.region, lost.day))
    parts = [bought.assign(step=len(STEPS) - 1), lost.assign(step=PAYMENT), _looked(world)]
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values(["day", "order"], kind="stable", ignore_index=True)
    table["session_id"] = "V" + (table.index + 1).astype(str).str.zfill(6)
    return table


def sessions(world: World) -> pd.DataFrame:
    """Return one row per visit."""
    table = world.of(visits)
    known = (table.step == len(STEPS) - 1) & (table.customer >= 0)
    return pd.DataFrame(
        {
            "session_id": table.session_id,
            "date": co.date(table.day),
            "order_id": table.order_id,
            "customer_id": customer_id(table.customer).where(known, None),
            **_where(table),
        }
    )


def web_events(world: World) -> pd.DataFrame:
    """Return one row per visit and step it reached."""
    table = world.of(visits)
    count = table.step.to_numpy() + 1
    rows = table.loc[table.index.repeat(count)]
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    return pd.DataFrame(
        {
            "session_id": rows.session_id.to_numpy(),
            "position": nth + 1,
            "step": np.array(STEPS)[nth],
            "date": co.date(rows.day),
            **_where(rows.reset_index(drop=True)),
        }
    )


def _where(table: pd.DataFrame) -> dict[str, np.ndarray]:
    names = np.array([*(NAMES[one] for one in SPEND_CHANNELS), *FREE[::-1]])
    return {
        "source": names[table.source.astype(int)],
        "device": np.array(co.DEVICES)[table.device.astype(int)],
        "region": np.array(co.REGIONS)[table.region.astype(int)],
    }


def _looked(world: World) -> pd.DataFrame:
    """Visits that never meant to buy that day: more of them where advertising pulls."""
    draws, day = world.draws("sessions"), np.arange(co.LAST)
    drawn = world.of(pull)[:, co.week(day)]
    busy = co.busy()[0][:, co.BEFORE :] * np.exp(0.1 * day / 365.25)
    mean = LOOKING * np.array(co.REGION_SHARE)[:, None] * busy * (0.6 + 0.18 * drawn)
    cells = np.arange(mean.size)
    count = draws.poisson("looked", cells, mean.ravel() * world.scale)
    cell = np.repeat(cells, count)
    nth = np.arange(len(cell)) - np.repeat(np.cumsum(count) - count, count)
    key = 2**45 + cell.astype(np.int64) * 8192 + nth
    table = pd.DataFrame({"order": key, "region": cell // co.LAST, "day": cell % co.LAST})
    table["device"] = device_of(world, key, table.day.to_numpy())
    luck = draws.uniform("phone", key) < 0.2
    table.loc[luck, "device"] = 0
    chances = np.array([HESITANT, REACHED])
    table["step"] = draws.pick_by("step", key, (table.device > 0).to_numpy().astype(int), chances)
    table["source"] = source(world, key, table.region, table.day)
    return table.assign(customer=-1, order_id=None)
