"""Sales: deals from the first call to won or lost, and what the CRM recorded on the way."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.customers import buyers, costly, customer_id, customers
from generator.names import PARTNERS, STAGES
from generator.people import ramped, seats, served_by
from generator.product import products, shelf_prices
from generator.world import World

COUNT, OLDEST = 1200, -160
SEGMENT_SHARE = [0, 0.40, 0.34, 0.15, 0.11]
AMOUNT = np.array([0, 3600, 5200, 8200, 4400])
DAYS_IN = [11, 17, 22, 15]  # by stage, on average
ADVANCE = [0.76, 0.72, 0.74, 0.70]  # the last for someone past the ramp
PATIENCE = 180  # days in a stalled stage
DISCOUNT = 0.08
SHARES = [(co.MACHINES, 0.46), (co.GRINDERS, 0.2), (co.BEANS, 0.24), (co.ACCESSORIES, 0.1)]
UNWORKED = 1.3  # × the share of orders lost where a seat is empty
REASONS = ["Price", "Rival's offer", "No budget", "Timing", "No decision"]
SOURCES = ["Inbound", "Outbound", "Referral", "Trade fair", "Partner"]
CATEGORY = ["pipeline", "pipeline", "best_case", "commit"]
PROBABILITY = [0.2, 0.35, 0.55, 0.75]


def deals(world: World) -> pd.DataFrame:
    """Return one row per deal, in numbers: `entered_0` to `entered_3`, `closed`, `won`, `owner`."""
    draws, count = world.draws("opportunities"), round(COUNT * world.scale)
    key = np.arange(count)
    table = pd.DataFrame({"key": key})
    span = co.LAST - 3 - OLDEST
    table["entered_0"] = OLDEST + (
        ((key + draws.uniform("created", key)) / count) ** 0.93 * span
    ).astype(int)
    table["region"] = draws.pick("region", key, co.REGION_SHARE)
    table["segment"] = draws.pick("segment", key, SEGMENT_SHARE)
    seat = draws.between("seat", key, 0, 2)
    worked = table.entered_0.clip(lower=0).to_numpy()
    table["owner"], empty = served_by(world, 0, (table.region.to_numpy(), seat, worked))
    unworked = empty & (draws.uniform("worked", key) < UNWORKED * world.plan.short.loss)
    table["customer"] = _accounts(world, table)
    scatter = np.exp(draws.normal("amount", key, 0.4) - 0.08)
    table["amount"] = (AMOUNT[table.segment] * scatter / 50).round() * 50 + 50
    table["currency"] = np.where(table.region == 2, 1, 0)
    table = _staged(world, table[(table.customer >= 0) & ~unworked].reset_index(drop=True))
    leaks = leaking(world, table.owner, table.closed.fillna(-1))
    table["amount"] *= 1 - world.plan.leak.discount / (1 - DISCOUNT) * leaks
    return table


def leaking(world: World, owner: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return where the owner who gives discount away does so."""
    held, leak = world.of(seats), world.plan.leak
    there = (held.team == 0) & (held.region == leak.region) & (held.seat == 0)
    return (np.asarray(owner) == held.index[there][0]) & (np.asarray(day) >= leak.since)


def bought(world: World) -> pd.DataFrame:
    """Return what won deals ordered: `deal`, day, product, quantity at list price."""
    table = world.of(deals)
    table = table[table.won & (table.closed >= 0)]
    draws, parts = world.draws("opportunities"), []
    listed, catalogue = world.of(shelf_prices)[0], world.of(products)
    day = table.closed.to_numpy().astype(int)
    for category, share in SHARES:
        budget = share * table.amount.to_numpy() / (1 - DISCOUNT)
        shelf = catalogue[(catalogue._category == category) & (catalogue._last == co.LAST)]
        shelf = shelf[shelf._first < 0].sort_values("_base")
        aim = budget * (0.25 + 0.75 * draws.uniform(f"taste {category}", table.key.to_numpy()))
        place = (np.searchsorted(shelf._base.to_numpy(), aim, "right") - 1).clip(0)
        product = shelf.index.to_numpy()[place]
        count = np.round(budget / listed[product, day])
        parts.append(
            table[["key", "customer", "owner"]].assign(day=day, product=product, quantity=count)
        )
    lines = pd.concat(parts, ignore_index=True)
    return lines[lines.quantity > 0].astype({"quantity": int})


def opportunities(world: World) -> pd.DataFrame:
    """Return one row per deal as the CRM shows it today."""
    table, draws = world.of(deals), world.draws("opportunities")
    key = table.key.to_numpy()
    state = np.select([table.won, table.lost], ["Closed Won", "Closed Lost"], _at(table))
    expected = table.entered_0 + 45 + draws.between("expected", key, 0, 70)
    expected = np.maximum(expected, co.LAST - 20 + draws.between("soon", key, 0, 90))
    rival = np.array([*co.COMPETITORS, None])[draws.pick("rival", key, [0.2, 0.15, 0.15, 0.5])]
    source = draws.pick("source", key, [0.34, 0.24, 0.16, 0.12, 0.14])
    brought = draws.between("partner", key, 0, 99)
    theirs = [[p.partner_id for p in PARTNERS if p.region == r] for r in table.region]
    asked = co.ASKED[table.currency]
    return pd.DataFrame(
        {
            "opportunity_id": 7100001 + key,
            "name": _named(table),
            "customer_id": customer_id(table.customer).to_numpy(),
            "owner": world.of(seats)["name"].to_numpy()[table.owner],
            "stage": state,
            "amount": (table.amount * asked).round(2),
            "currency": np.array(co.CURRENCIES)[table.currency],
            "probability": np.select(
                [table.won, table.lost], [1.0, 0.0], np.array(PROBABILITY)[_stage(table)]
            ),
            "created_on": co.date(table.entered_0),
            "close_date": co.date(table.closed.fillna(pd.Series(expected))),
            "source": np.array(SOURCES)[source],
            "segment": np.array(co.SEGMENTS)[table.segment],
            "region": np.array(co.REGIONS)[table.region],
            "competitor": rival,
            "loss_reason": _reason(table, draws, rival),
            "Pipeline": "Sales pipeline",
            "Last Activity Date": co.date(_last_activity(table)),
            "Associated Company (Primary)": _company(world, table),
            "partner_id": [
                t[n % len(t)] if s == 4 else None
                for t, n, s in zip(theirs, brought, source, strict=True)
            ],
            "forecast_category": np.select(
                [table.won, table.lost], ["closed", "omitted"], np.array(CATEGORY)[_stage(table)]
            ),
        }
    )


def opportunity_history(world: World) -> pd.DataFrame:
    """Return every change of stage; the last one shows the state the CRM shows today."""
    table, today = world.of(deals), world.of(opportunities)
    parts = []
    expected = (
        table.entered_0 + 45 + world.draws("opportunities").between("expected", table.key, 0, 70)
    )
    asked = co.ASKED[table.currency]
    signed = (table.amount * asked).round(2)
    hoped = signed * (1 + world.draws("opportunities").normal("hoped", table.key, 0.08)).clip(
        0.7, 1.4
    )
    for stage, name in enumerate(STAGES):
        there = table[f"entered_{stage}"].notna()
        amount = signed.where(stage == _stage(table), hoped * (1 - 0.02 * stage)).round(2)
        slipped = expected + 12 * stage
        part = pd.DataFrame({"day": table[f"entered_{stage}"], "stage": name, "outcome": "open"})
        parts.append(part.assign(amount=amount, close=slipped, step=stage)[there])
    over = table[table.won | table.lost]
    part = pd.DataFrame(
        {"day": over.closed, "stage": np.where(over.won, "Closed Won", "Closed Lost")}
    )
    part["outcome"] = np.where(over.won, "won", "lost")
    parts.append(part.assign(amount=signed[over.index], close=over.closed, step=9))
    rows = pd.concat(parts).rename_axis("deal").reset_index()
    rows = rows.sort_values(["deal", "step"], kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "opportunity_id": today.opportunity_id.to_numpy()[rows.deal],
            "changed_on": co.date(rows.day),
            "sequence": rows.groupby("deal").cumcount() + 1,
            "stage": rows.stage,
            "outcome": rows.outcome,
            "amount": rows.amount,
            "close_date": co.date(rows.close),
        }
    )


def _accounts(world: World, table: pd.DataFrame) -> np.ndarray:
    """A customer of the deal's kind and country who was one by then; −1 where there is none."""
    people, key = world.of(buyers), table.key.to_numpy()
    luck, one = world.draws("opportunities").uniform("account", key), np.full(len(table), -1)
    special = costly(world, people.since)
    for (region, segment), rows in table.groupby(["region", "segment"]).groups.items():
        alike = people.index[(people.region == region) & (people.segment == segment)]
        alike = alike[alike != special].to_numpy()
        known = np.searchsorted(people.since.to_numpy()[alike], table.entered_0[rows], "right")
        place = (luck[rows] * known).astype(int)
        one[rows] = np.where(known > 0, alike[place.clip(0, max(len(alike) - 1, 0))], -1)
    return one


def _staged(world: World, table: pd.DataFrame) -> pd.DataFrame:
    """The deals with the day they entered each stage, and how and when they ended."""
    draws, stall, key = world.draws("opportunities"), world.plan.stall, table.key.to_numpy()
    enter, alive = table.entered_0.to_numpy(float), np.ones(len(table), bool)
    closed, won = np.full(len(table), np.nan), np.zeros(len(table), bool)
    for stage, usual in enumerate(DAYS_IN):
        table[f"entered_{stage}"] = np.where(alive & (enter < co.LAST), enter, np.nan)
        length = 1 + draws.gamma(f"days {stage}", key, 2.0) * usual / 2
        slow = (table.segment == stall.segment).to_numpy() & (stage == stall.stage)
        over = enter + length
        late = np.maximum(over - np.maximum(stall.since, enter), 0) * (1 / stall.pace - 1)
        over = np.floor(over + np.where(slow, late, 0))
        weary = slow & (over - enter > PATIENCE)
        over = np.where(weary, enter + PATIENCE, over)
        chance = np.full(len(table), ADVANCE[stage])
        if stage == len(STAGES) - 1:
            day = np.clip(over, 0, co.LAST - 1).astype(int)
            chance = chance * ramped(world, table.owner.to_numpy(), day)
        goes_on = alive & (draws.uniform(f"goes {stage}", key) < chance) & ~weary
        closed = np.where(alive & ~goes_on, over, closed)
        enter, alive = np.where(alive, over, enter), goes_on
    closed = np.where(alive, enter, closed)
    won = alive & (closed < co.LAST)
    lost = ~alive & (closed < co.LAST)
    return table.assign(closed=np.where(closed < co.LAST, closed, np.nan), won=won, lost=lost)


def _stage(table: pd.DataFrame) -> np.ndarray:
    """The last stage a deal entered."""
    return table[[f"entered_{n}" for n in range(len(STAGES))]].notna().sum(axis=1).to_numpy() - 1


def _at(table: pd.DataFrame) -> np.ndarray:
    return np.array(STAGES)[_stage(table)]


def _last_activity(table: pd.DataFrame) -> pd.Series:
    entered = table[[f"entered_{n}" for n in range(len(STAGES))]].max(axis=1)
    return table.closed.fillna((entered + 9).clip(upper=co.LAST - 1))


def _company(world: World, table: pd.DataFrame) -> np.ndarray:
    return world.of(customers).customer_name.to_numpy()[table.customer]


def _named(table: pd.DataFrame) -> list[str]:
    what = ["", "office corner", "bar fit-out", "breakfast floors", "canteen"]
    rows = zip(table.segment, table.customer, strict=True)
    return [f"{co.SEGMENTS[s]} {c + 1:05} {what[s]}" for s, c in rows]


def _reason(table: pd.DataFrame, draws: object, rival: np.ndarray) -> np.ndarray:
    named = pd.notna(rival)
    with_rival = draws.pick("reason", table.key, [0.3, 0.34, 0.12, 0.12, 0.12])
    without = draws.pick("reason", table.key, [0.34, 0.0, 0.26, 0.2, 0.2])
    one = np.array(REASONS)[np.where(named, with_rival, without)]
    return np.where(table.lost, one, None)
