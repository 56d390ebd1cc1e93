"""Offer tests: what an offer did to revenue; orders alone do not make it a win."""

import ibis
import pandas as pd

from revwork.analysis import trials
from revwork.analysis.trials import ALONE, BETTER, BLOCKED, MORE, WORSE
from revwork.findings import Message, Word

WIN, LOSS = Word("Win: more revenue"), Word("Loss: less revenue")
DEAR = Word("No gain: more orders for less revenue")
OPEN = Word("Not proven: more orders, revenue not clear")
NOTHING = Word("No clear difference in revenue")
_SHOWN = ["order_change", "revenue_change", "low", "high", "p", "verdict"]


def read(experiments: ibis.Table) -> pd.DataFrame:
    """Return each variant of each test against its control, judged by revenue a unit.

    As `trials` compares them: adjusted by revenue before the test where that is known. Orders stand
    beside, and decide nothing. Columns: experiment, variant, units, order_change (points of the
    share that ordered), revenue_change (money a unit) with low and high (95 %), p (of revenue),
    verdict. Raises Unanswered where there is no experiment.
    """
    sums = trials.by_variant(experiments)
    money = trials.compared(sums, "adjusted")
    rows = trials.verdicts(sums).rename(columns={"rate_change": "order_change"})
    rows = rows.assign(low=money.low_change, high=money.high_change, p=money.p)
    verdicts = [_verdict(one) for one in rows.itertuples()]
    return rows.assign(verdict=verdicts)[["experiment", "variant", "units", *_SHOWN]]


def reading(rows: pd.DataFrame) -> Message:
    """Say how many offers won and lost by revenue, and how many won orders alone."""
    told = rows.verdict.map(str)
    return Message(
        "By revenue {win:number} won and {loss:number} lost; {alone:number} won orders alone",
        {
            "win": int((told == WIN).sum()),
            "loss": int((told == LOSS).sum()),
            "alone": int(told.isin([DEAR, OPEN]).sum()),
        },
    )


def _verdict(one: tuple) -> Word:
    """What revenue says; without it nothing, whatever orders did."""
    if one.verdict in (ALONE, BLOCKED):
        return one.verdict
    if pd.isna(one.p):
        return NOTHING
    more = OPEN if one.revenue_change > 0 else DEAR
    return {BETTER: WIN, WORSE: LOSS, MORE: more}.get(one.verdict, NOTHING)
