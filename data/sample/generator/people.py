"""People: who sells and serves where, from when to when, and who manages."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.names import OFFICE, SALES, SERVICE
from generator.plan import TEAMS
from generator.world import World

SEATS = 3
HIRED_AFTER = 35  # days that a seat stays empty; none where the plan may leave it so
RAMP_MONTHS, RAMP_START = 6, 0.4
COST = {"sales": {"junior": 26500, "confirmed": 32000, "expert": 39500}}
COST["service"] = {"junior": 20500, "confirmed": 23500, "expert": 27500}
QUOTA = {"junior": 36000, "confirmed": 52000, "expert": 64000}


def seats(world: World) -> pd.DataFrame:
    """Return who sits on which seat of sales and service from `first` until before `last`."""
    rows = [
        (name, team, region, seat, first, last)
        for team in range(len(TEAMS))
        for region in range(len(co.REGIONS))
        for name, seat, first, last in _team(world, team, region)
    ]
    return pd.DataFrame(rows, columns=["name", "team", "region", "seat", "first", "last"])


def holders(world: World) -> np.ndarray:
    """Return the row of `seats` by team, region, seat and day; −1 while a seat is empty."""
    shape = (len(TEAMS), len(co.REGIONS), SEATS, co.LAST)
    held = np.full(shape, -1)
    for one in world.of(seats).itertuples():
        held[one.team, one.region, one.seat, max(one.first, 0) : one.last] = one.Index
    return held


def served_by(world: World, team: int, who: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Return who serves (region, seat, day), for an empty one the first; and if empty."""
    region, seat, day = who
    held = world.of(holders)[team]
    one = held[region, seat, day]
    return np.where(one < 0, held[region, 0, day], one), one < 0


def ramped(world: World, row: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return what share of a full day's work someone does, so many months after beginning."""
    months = (day - world.of(seats)["first"].to_numpy()[row]) / 30.4
    return np.clip(RAMP_START + (1 - RAMP_START) * months / RAMP_MONTHS, RAMP_START, 1)


def people(world: World) -> pd.DataFrame:
    """Return one row per person; salaries as the middle of the band, with charges."""
    table = world.of(seats).assign(region=lambda t: np.array(co.REGIONS)[t.region])
    luck = world.draws("people").uniform("level", np.arange(len(table)))
    newcomer = table["first"] > 0
    table["level"] = np.select([newcomer, luck < 0.35], ["junior", "expert"], "confirmed")
    table["team"] = np.array(TEAMS)[table.team]
    keys = zip(table.team, table.level, strict=True)
    table["annual_cost"] = [COST[team][level] for team, level in keys]
    table["annual_quota"] = table.level.map(QUOTA).where(table.team == "sales")
    table["role"] = table.team.map({"sales": "Account manager", "service": "Service agent"})
    table["manager"] = table.team.map({"sales": OFFICE[1][0], "service": OFFICE[0][0]})
    office = pd.DataFrame(OFFICE, columns=["name", "team", "role", "level", "annual_cost"])
    office = office.assign(region="Spain", first=-1200, last=co.LAST, manager=OFFICE[0][0])
    table = pd.concat([office, table], ignore_index=True)
    table["person_id"] = table["name"]
    table["start_date"] = co.date(table["first"])
    table["end_date"] = co.date(table["last"].where(table["last"] < co.LAST))
    table.loc[0, "manager"] = None
    return table


def _team(world: World, team: int, region: int) -> list[tuple]:
    """The first seat never changes hands; the others may, and stay empty where people are short."""
    names = (SALES, SERVICE)[team][co.REGIONS[region]]
    short, draws = world.plan.short, world.draws("people")
    key = np.array([team * 100 + region * 10])
    since = -int(draws.between("since", key, 400, 1300)[0])
    found = [(names[0], 0, since, co.LAST)]
    for seat in (1, 2):
        begun, leaves = -int(draws.between("begun", key + seat, 100, 900)[0]), co.LAST
        if draws.uniform("goes", key + seat)[0] < 0.5:
            leaves = int(draws.between("goes on", key + seat, 120, 760)[0])
        here = (team, region) == (short.team, short.region)
        leaves = short.since if here else leaves
        found.append((names[seat], seat, begun, leaves))
        filled = not here or seat > short.vacant
        if leaves < co.LAST and filled:
            found.append((names[seat + 2], seat, leaves + (0 if here else HIRED_AFTER), co.LAST))
    return found
