"""Contribution of advertising to sales over time, by the mix model."""

import numpy as np
import pandas as pd

from revwork.analysis.marketing import mix
from revwork.analysis.marketing.mix import LEVEL, Mix
from revwork.findings import Message, Word

BASELINE, ADVERTISING = Word("Without advertising"), Word("By advertising")
YEAR, QUARTER = 52, 13  # weeks
_ENDS = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)


def over_time(model: Mix) -> pd.DataFrame:
    """Return revenue that each medium brought, by stretches of 13 weeks; the last are the latest.

    Columns: start (its Monday), medium, value (money, median of the draws), n (of all weeks: a
    picture without room for all keeps the largest).
    """
    weekly = mix.by_week(model).swapaxes(0, 1)
    found = _stretches(model, dict(zip(model.given.media, weekly, strict=True)))
    return found.drop(columns=["low", "high"])


def together(model: Mix) -> pd.DataFrame:
    """Return revenue without advertising and by advertising, by stretches of 13 weeks.

    Columns: those of `over_time`, low and high (90 %).
    """
    brought = mix.by_week(model).sum(1)
    return _stretches(model, {BASELINE: model.base.sum(2), ADVERTISING: brought})


def wide(model: Mix) -> pd.DataFrame:
    """Return both as a table, a row a stretch: what each medium brought, and the rest.

    Columns: start_date, net (revenue modelled), media_share (by advertising), then money
    by medium, means of the draws that with Without advertising add up to the whole.
    """
    named = {BASELINE: model.base.sum(2)}
    named |= dict(zip(model.given.media, mix.by_week(model).swapaxes(0, 1), strict=True))
    first = len(model.given.weeks) % QUARTER
    money = {
        name: draws.mean(0)[first:].reshape(-1, QUARTER).sum(1) for name, draws in named.items()
    }
    found = pd.DataFrame(money).round(2)
    net = found.sum(axis=1)
    found.insert(0, "media_share", 1 - found[BASELINE] / net)
    found.insert(0, "net", net)
    found.insert(0, "start_date", [day.date() for day in model.given.weeks[first::QUARTER]])
    return found


def share(model: Mix, weeks: int = YEAR) -> tuple[float, float, float]:
    """Return the share of the revenue that advertising brought: median, low, high (90 %).

    Formula: media_share = revenue brought by all media ÷ revenue; What would be missing
    without advertising, by the mix model.
    """
    media = mix.by_week(model)[:, :, -weeks:].sum((1, 2))
    draws = media / (media + model.base[:, -weeks:].sum((1, 2)))
    low, middle, high = np.quantile(draws, _ENDS)
    return float(middle), float(low), float(high)


def reading(model: Mix) -> Message:
    """Say how much of the last year's revenue came by advertising."""
    middle, low, high = share(model)
    return Message(
        "Advertising brought {share:percent} of this revenue in the last 52 weeks "
        "(90 %: {low:percent} to {high:percent})",
        {"share": middle, "low": low, "high": high},
    )


def _stretches(model: Mix, named: dict[str, np.ndarray]) -> pd.DataFrame:
    first = len(model.given.weeks) % QUARTER
    starts = [day.date() for day in model.given.weeks[first::QUARTER]]
    parts = []
    for medium, draws in named.items():
        summed = draws[:, first:].reshape(len(draws), -1, QUARTER).sum(2)
        ends = dict(zip(("low", "value", "high"), np.quantile(summed, _ENDS, axis=0), strict=True))
        size = float(np.median(draws.sum(1)))
        parts.append(pd.DataFrame({"start": starts, "medium": medium, **ends, "n": size}))
    return pd.concat(parts, ignore_index=True)
