"""Team: what is known of those who sell, asked once: their quota, growth, leaving and capacity."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import ibis
import numpy as np
import pandas as pd

from revwork.analysis.periods import between
from revwork.analysis.sales_flow import capacity, deals, hiring, posts, quota, ramp, stays
from revwork.calendar import Calendar, Period
from revwork.findings import Unanswered

MONTHS = 12  # ahead


@dataclass(frozen=True)
class Newcomer:
    """What one more seller of the level most have would book and cost.

    `bookings` is money a month by months since starting, the chance to leave counted; `attained`
    the share of the ramped quota each colleague reached in a year; `yearly_cost` with charges.
    """

    level: str
    bookings: tuple[float, ...]
    attained: tuple[float, ...]
    yearly_cost: float


@dataclass(frozen=True)
class Team:
    """Who sells, seen from the end of a day: `deals` as then, their `changes`, and `people`.

    Each of its figures raises Unanswered where the tables cannot tell it.
    """

    deals: ibis.Table
    changes: ibis.Table
    people: ibis.Table
    calendar: Calendar
    as_of: date

    @cached_property
    def posts(self) -> pd.DataFrame:
        """Positions, as `posts.posts` returns them."""
        return posts.posts(self.people)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Deals decided by months since their owner started, as `ramp.decisions` returns them."""
        return ramp.decisions(self.changes, self.deals, self.people)

    @cached_property
    def ramp(self) -> ramp.Ramp:
        """The ramp measured; where too few newcomers tell one, everybody is as good as ramped."""
        try:
            return ramp.measured(self.decisions)
        except Unanswered:
            return ramp.NONE

    @cached_property
    def growth(self) -> np.ndarray:
        """What a newcomer books of what a ramped colleague does, by month since starting."""
        try:
            signed = capacity.signed_within(self.deals, self.as_of)
        except Unanswered:
            return self.ramp.at(np.arange(capacity.SLOWEST) + 0.5)
        handed = capacity.handed_over(self.deals, self.people, self.as_of)
        return capacity.growth(self.ramp, signed, handed)

    def attainment(self, period: Period) -> pd.DataFrame:
        """Return bookings beside quota by owner, as `quota.attainment` does."""
        return self._attained(period)

    def compared(self, period: Period, dimension: str) -> pd.DataFrame:
        """Return attainment beside a year before, as `quota.compared` does."""
        now, past = self.attainment(period), self.calendar.year_ago(period)
        try:
            before = self.attainment(past) if past else None
        except Unanswered:
            before = None
        return quota.compared(now, before, dimension)

    @cached_property
    def productive(self) -> np.ndarray:
        """The share of a quota booked by month since starting: attainment of a year × growth."""
        year = self._year(0)
        rows = self.attainment(year)
        booked = rows.bookings.sum() + rows.later_bookings.sum()
        return booked / rows.ramped_quota.sum() * self.growth

    @cached_property
    def leaving(self) -> float:
        """The chance that somebody with a quota leaves within a month."""
        sellers = self.posts[self.posts.annual_quota.notna()]
        found = capacity.attrition(sellers, self.as_of)
        return float(found.leavers.sum() / found.head_months.sum())

    @cached_property
    def ahead(self) -> pd.DataFrame:
        """What those on board can book in the next twelve months, as `capacity.capacity` tells."""
        months = hiring.ahead(self.calendar.holding(self.as_of, "month"), self.calendar, MONTHS)
        return capacity.capacity(self.posts, months, self.productive, self.leaving)

    def goal(self, asked: float = 0) -> float:
        """Return the bookings asked for in a year; without any, those of the better of two."""
        return asked or max(self._booked(self._year(back)) for back in (0, 1))

    def seller(self) -> str:
        """Return the team with most quota."""
        sums = self.posts.groupby("team").annual_quota.sum()
        if not sums.any():
            raise Unanswered("No quota is known: add annual_quota to people.")
        return str(sums.idxmax())

    def plans(self, asked: float = 0, lead: int = 2) -> pd.DataFrame:
        """Return what reaching the goal takes with people of each level, as `hiring.plans` does."""
        known = hiring.levels(self.posts, self.seller())
        return hiring.plans(self.ahead, self.goal(asked), known, self._hired, lead)

    def starts(self, level: str, asked: float = 0, lead: int = 2) -> pd.DataFrame:
        """Return in which months people of a level should start, as `hiring.starts` does."""
        known = hiring.levels(self.posts, self.seller()).set_index("level")
        full = float(self._hired.max())
        head = float(known.head_quota[level]) * full
        return hiring.starts(self.ahead, self.goal(asked), head, self._hired / full, lead)

    @cached_property
    def _attained(self) -> Callable[[Period], pd.DataFrame]:
        split = self.calendar.split
        return cache(
            lambda period: quota.attainment(
                self.deals, self.people, split(period, "month"), self.growth
            )
        )

    @property
    def _hired(self) -> np.ndarray:
        return hiring.staying(self.productive, self.leaving)

    def _year(self, back: int) -> Period:
        months = self.calendar.complete_months(self.as_of, 12 * (back + 1))[:12]
        return Period("year", months[0].start, months[-1].end)

    def _booked(self, period: Period) -> float:
        won = between(self.deals.filter(self.deals.outcome == "won"), period, "closed_on")
        booked = won.aggregate(amount=won.amount.sum().cast("float64")).execute().amount[0]
        return 0.0 if pd.isna(booked) else round(float(booked), 2)


def one_more(
    opportunities: ibis.Table,
    history: ibis.Table,
    people: ibis.Table,
    fx_rates: ibis.Table,
    asked: tuple[str, Calendar, date],
) -> Newcomer:
    """Return what `newcomer` tells; `asked` is currency, calendar and last day."""
    currency, calendar, last = asked
    moves = deals.moves(opportunities, history, fx_rates, currency, last).cache()
    today = deals.standing(moves, opportunities, last).cache()
    return newcomer(Team(today, stays.changes(moves).cache(), people, calendar, last))


def newcomer(crew: Team) -> Newcomer:
    """Return what one more seller would book, as those on board tell it.

    Raises Unanswered where quotas, costs or deals won by an owner are not known.
    """
    known = hiring.levels(crew.posts, crew.seller()).sort_values("people", kind="stable").iloc[-1]
    if pd.isna(known.head_quota):
        raise Unanswered("No quota is known: add annual_quota to people.")
    year = crew._year(0)
    rates = crew.attainment(year).ramped_attainment_rate.dropna()
    monthly = known.head_quota / 12 * crew._hired
    costs = float(known.head_cost)
    return Newcomer(str(known.level), tuple(map(float, monthly)), tuple(map(float, rates)), costs)
