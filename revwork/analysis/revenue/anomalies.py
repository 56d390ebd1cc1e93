"""Days whose net revenue is out of line with their weekday and the time of year.

Judged on square roots, because revenue's noise grows with its level. Measured over 100 quiet
simulated series of 400 days whose level triples, five kinds of noise, false alarms a series:
money as it is .5–3, logarithms 0–.9, square roots 0–.45. UCI Online Retail, 207 days: square
roots find 14, 13 of them closed days, one on which credit notes outweighed sales (logarithms
add two closed Sundays and a slow day); money as it is finds two large orders and
none of those, square roots put the two at z 3.6 and 4.3.
"""

from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from revwork import metrics
from revwork.analysis.periods import between
from revwork.calendar import Period
from revwork.findings import Unanswered

FEWEST_DAYS = 84
SEASON_WEEKS = 53
TREND_WEEKS = 13


def anomalies(lines: ibis.Table, period: Period, threshold: float = 5.0) -> pd.DataFrame:
    """Return the days of `days` that lie outside their band, oldest first; often none."""
    judged = days(lines, period, threshold)
    return judged[judged.z.abs() >= threshold].reset_index(drop=True)


def days(lines: ibis.Table, period: Period, threshold: float = 5.0) -> pd.DataFrame:
    """Return each day of the period with the net revenue that was to be expected of it.

    Columns: day, net, expected (of a median day, so less than the mean: not to be summed),
    low, high (the band outside which a day is out of line), z (robust standard deviations
    from expected, on square roots). A day without lines is 0. Not judged: weekdays on which
    most often nothing is sold, days before the first line ever, days of which no line's worth
    is known. The period must hold complete days only. Raises Unanswered below 12 weeks, with
    fewer than two weekdays, or where weeks repeat without any noise. Source: STL (Cleveland
    et al. 1990), robust, wide smoothers; z by median and MAD (Iglewicz and Hoaglin 1993).
    """
    net = _on_open_weekdays(_daily(lines, period))
    typical, spread = _typical(_root(net.fillna(_usual(net))), net.index.dayofweek.nunique())
    judged = pd.DataFrame(
        {
            "day": net.index.date,
            "net": net,
            "expected": _money(typical),
            "low": _money(typical - threshold * spread),
            "high": _money(typical + threshold * spread),
            "z": (_root(net) - typical) / spread,
        }
    )
    return judged.dropna(subset="net").reset_index(drop=True)


def _daily(lines: ibis.Table, period: Period) -> pd.Series:
    """Net revenue of every day since the first line; 0 without lines, null if none is known."""
    sold = _by_day(lines, period).execute()
    first = lines.order_date.min().execute()
    if sold.empty:
        raise Unanswered("No sales in this period: choose another one, or add its orders.")
    start = max(pd.Timestamp(period.start), pd.Timestamp(first))
    every_day = pd.date_range(start, period.end - timedelta(days=1))
    net = sold.set_index(pd.to_datetime(sold.order_date)).net.astype("float64")
    return net.reindex(every_day, fill_value=0.0)


def _by_day(lines: ibis.Table, period: Period) -> ibis.Table:
    sold = between(lines, period)
    net = metrics.net_revenue(sold).cast("float64")
    return sold.group_by("order_date").agg(net=net).order_by("order_date")


def _on_open_weekdays(net: pd.Series) -> pd.Series:
    """Days of the weekdays on which something is usually sold, enough of them to judge."""
    if net.count() < FEWEST_DAYS:
        raise Unanswered("Less than 12 weeks of daily sales: too few to say what is normal.")
    is_open = net[_usual(net).fillna(0) != 0]
    if is_open.index.dayofweek.nunique() <= 1:
        raise Unanswered("Sales on too few days of the week to say what a normal day is.")
    return is_open


def _usual(net: pd.Series) -> pd.Series:
    """Each day's median over its weekday."""
    return net.groupby(net.index.dayofweek).transform("median")


def _typical(level: pd.Series, weekdays: int) -> tuple[np.ndarray, float]:
    """Trend plus season of each day, and the robust standard deviation around them."""
    from statsmodels.tsa.seasonal import STL

    trend = TREND_WEEKS * weekdays // 2 * 2 + 1
    smooth = {"seasonal": SEASON_WEEKS, "seasonal_deg": 0, "trend": trend, "robust": True}
    fit = STL(level.to_numpy(), period=weekdays, **smooth).fit()
    middle = np.median(fit.resid)
    spread = 1.4826 * np.median(np.abs(fit.resid - middle))
    if spread <= 1e-9 * np.abs(level).max():
        raise Unanswered("Daily sales repeat without variation: nothing tells noise from news.")
    return fit.trend + fit.seasonal + middle, spread


def _root(money: pd.Series) -> pd.Series:
    return np.sign(money) * np.sqrt(np.abs(money))


def _money(root: np.ndarray) -> np.ndarray:
    return np.sign(root) * root**2
