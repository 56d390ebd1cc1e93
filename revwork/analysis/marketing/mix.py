"""Mix model: how much of weekly revenue each channel of advertising brought, and how surely.

Revenue = baseline (level, trend, season, controls) with what advertising brings: per channel
geometric adstock, then Hill saturation. Whether advertising multiplies the baseline or adds to it,
and how fast the trend may bend, is weighed by how well each explains the data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from revwork.analysis.marketing.carryover import adstock, saturated
from revwork.analysis.marketing.mix_baseline import columns
from revwork.analysis.marketing.mix_squares import Problem, fitted, parts, solved, start
from revwork.analysis.marketing.mix_weeks import ALL, Weeks
from revwork.findings import Unanswered

LEVEL = 0.9  # of every interval of the mix model
DRAWS, BLOCK = 200, 6  # draws, and weeks that are drawn together
SHARE = 0.75  # believed beforehand: advertising brings a share more, not an amount of its own
TRUST = 0.5  # in the evidence between models: weeks are not independent
BENDS = (0.03, 0.06, 0.12, 0.24)  # of the trend, a quarter
FORMATS = {  # how a table writes what is believed
    **dict.fromkeys(("least_roas", "most_roas"), "multiple"),
    **dict.fromkeys(("least_half", "most_half", "least_slope", "most_slope"), "decimal"),
}
_Z = 1.644854
_SEED = 20260921


@dataclass(frozen=True)
class Prior:
    """What is believed of a channel before the data: nine in ten are within each range.

    `roas` is revenue per unit of money spent, `carried` the share of the effect that lasts into
    the next week, `half` the weekly spend at half of the greatest effect, × the channel's mean
    week, `slope` how S-shaped the response is: 1 not at all.
    """

    roas: tuple[float, float] = (0.4, 8.0)
    carried: tuple[float, float] = (0.05, 0.7)
    half: tuple[float, float] = (0.25, 4.0)
    slope: tuple[float, float] = (0.7, 2.0)


@dataclass(frozen=True)
class Mix:
    """A fitted model: what it was given, and draws of its parameters that agree with the data.

    `greatest` (effect at most), `carried`, `half` (in `unit`) and `slope` are draws × channels;
    `base` (revenue without advertising) and `lever` (revenue for an effect of 1) are draws ×
    weeks × markets; `x` is spend in `unit`, money a week in all markets, as channels × weeks ×
    markets. `multiplies` is the share of draws in which advertising multiplies the baseline.
    """

    given: Weeks
    priors: Mapping[str, Prior]
    x: np.ndarray
    unit: np.ndarray
    greatest: np.ndarray
    carried: np.ndarray
    half: np.ndarray
    slope: np.ndarray
    base: np.ndarray
    lever: np.ndarray
    multiplies: float


def fit(given: Weeks, priors: Mapping[str, Prior] | None = None, draws: int = DRAWS) -> Mix:
    """Return the model of these weeks under what is believed of each channel (else `Prior()`).

    Eight models, multiplying or adding with four speeds of trend, share the draws by how probable
    the data make each (Laplace; the evidence counts half, since weeks are not independent). A
    draw fits the model again to the data with residuals added, drawn in blocks of six weeks (all
    markets together), and with what is believed drawn anew, so where data say nothing the draws
    spread as the beliefs do (randomised maximum a posteriori, Bardsley et al. 2014).
    """
    from threadpoolctl import threadpool_limits

    priors = {name: (priors or {}).get(name, Prior()) for name in given.media}
    with threadpool_limits(1):  # small matrices: threads would wait for one another
        return _modelled(given, priors, draws)


def brought(model: Mix, place: int, times: np.ndarray, weeks: int) -> np.ndarray:
    """Return revenue that a medium brings in the last weeks if it spent so many times as much.

    Draws × times, money of all markets; 1 is what it spent.
    """
    greatest, carried, half, slope = _drawn(model, place)
    stock, lever = adstock(model.x[place], carried)[:, -weeks:], model.lever[:, -weeks:] * greatest
    found = [(saturated(one * stock, half, slope) * lever).sum((1, 2)) for one in times]
    return np.array(found).T


def by_week(model: Mix) -> np.ndarray:
    """Return revenue that each medium brought: draws × media × weeks, of all markets."""
    found = np.empty((len(model.base), *model.x.shape[:2]))
    for place, x in enumerate(model.x):
        greatest, carried, half, slope = _drawn(model, place)
        reached = saturated(adstock(x, carried), half, slope)
        found[:, place] = (greatest * reached * model.lever).sum(2)
    return found


def beliefs(priors: Mapping[str, Prior]) -> pd.DataFrame:
    """Return what was believed before the data, a row a medium: the range of nine in ten.

    Columns: medium; least_roas, most_roas, least_carried_share, most_carried_share,
    least_half, most_half (× the mean week), least_slope, most_slope.
    """
    names = {"roas": "roas", "carried": "carried_share", "half": "half", "slope": "slope"}
    rows = [
        {"medium": medium}
        | {
            f"{end}_{name}": value
            for kind, name in names.items()
            for end, value in zip(("least", "most"), getattr(prior, kind), strict=True)
        }
        for medium, prior in priors.items()
    ]
    return pd.DataFrame(rows)


def media(fitted: Callable[[], Mix]) -> list[str]:
    """Return the media of a model to choose from; all as one where the data allow no model."""
    try:
        return [*fitted().given.media]
    except Unanswered:
        return [ALL]


def _modelled(given: Weeks, priors: Mapping[str, Prior], draws: int) -> Mix:
    models = [
        _fitted(_problem(given, priors, bend, multiplies))
        for multiplies in (True, False)
        for bend in BENDS
    ]
    random = np.random.default_rng(_SEED)
    told = []
    for (problem, best, _), count in zip(models, _shared(models, draws), strict=True):
        told += [_draw(problem, best, random) for _ in range(count)]
    found = {name: np.array([one[name] for one in told]) for name in told[0]}
    scale = given.revenue.mean(0)
    multiplies = found.pop("multiplies")[:, None, None]
    found["base"] *= scale
    lever = np.where(multiplies, found["base"], scale)
    x, unit = _scaled(given)
    return Mix(given, priors, x, unit, **found, lever=lever, multiplies=float(multiplies.mean()))


def _drawn(model: Mix, place: int) -> list[np.ndarray]:
    """A medium's greatest effect, carried, half and slope, draws down."""
    drawn = (model.greatest, model.carried, model.half, model.slope)
    return [one[:, place, None, None] for one in drawn]


def _scaled(given: Weeks) -> tuple[np.ndarray, np.ndarray]:
    """Spend against the size of the market (its part of all spend), mean 1; and what 1 is."""
    size = given.spend.sum((0, 1)) / given.spend.sum((0, 1)).mean()
    x = given.spend / size
    mean = x.mean((1, 2))
    return x / mean[:, None, None], mean * len(size)


def _problem(given: Weeks, priors: Mapping[str, Prior], bend: float, multiplies: bool) -> Problem:
    scale = given.revenue.mean(0)
    y = given.revenue / scale
    base, wide = columns(given.weeks, given.controls, bend)
    smooth = _smooth(y, base, wide)
    centre, spread = zip(*(_normal(priors, kind) for kind in Prior.__annotations__), strict=True)
    return Problem(
        y=y,
        noise=np.sqrt(smooth * ((y - smooth) ** 2 / smooth).mean(0)),
        weight=smooth * scale / (smooth * scale).sum(),
        x=_scaled(given)[0],
        base=base,
        centre=np.concatenate([np.zeros(len(wide)), *centre]),
        spread=np.concatenate([wide, *spread]),
        worth=np.log(given.revenue.sum() / given.spend.sum((1, 2))),
        multiplies=multiplies,
    )


def _smooth(y: np.ndarray, base: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """The baseline alone, roughly: how large a cell is expected, since noise grows with it."""
    about = y.std()
    rows = np.vstack([base / about, np.diag(1 / wide)])
    told = np.concatenate([y.ravel() / about, np.zeros(len(wide))])
    fit = base @ np.linalg.lstsq(rows, told, rcond=None)[0]
    return fit.reshape(y.shape).clip(0.1)


def _normal(priors: Mapping[str, Prior], kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Middle and standard deviation of a belief on the scale where it is normal."""
    ends = np.array([getattr(prior, kind) for prior in priors.values()])
    low, high = (np.log(ends / (1 - ends)) if kind == "carried" else np.log(ends)).T
    return (low + high) / 2, (high - low) / (2 * _Z)


def _fitted(problem: Problem) -> tuple[Problem, np.ndarray, float]:
    """The problem with noise as its own residuals have it, its best fit, its log evidence."""
    at, first, stated = start(problem), problem.base.shape[1], problem.spread
    for _ in range(3):
        at, _, curve = solved(problem, at)
        gaps = _gaps(problem, at)
        if not problem.multiplies:
            level, media = fitted(problem, at)
            wide = np.ones(len(at))
            wide[:first] = 1 + media.sum() / level.sum()
            problem = replace(problem, spread=stated * wide)
        used = len(at) - (np.diag(np.linalg.inv(curve)) / problem.spread**2).sum()
        left = max(len(gaps) - used / gaps.shape[1], 5)
        problem = replace(problem, noise=problem.noise * np.sqrt((gaps**2).sum(0) / left))
    at, loss, curve = solved(problem, at)
    likely = -np.log(problem.noise).sum() - loss / 2 - np.log(problem.spread).sum()
    return problem, at, likely - np.linalg.slogdet(curve)[1] / 2


def _gaps(problem: Problem, at: np.ndarray) -> np.ndarray:
    return (problem.y - sum(fitted(problem, at))) / problem.noise


def _shared(models: list[tuple[Problem, np.ndarray, float]], draws: int) -> np.ndarray:
    """Draws by model, in proportion to their evidence (largest remainder)."""
    odds = np.log([SHARE if problem.multiplies else 1 - SHARE for problem, *_ in models])
    evidence = np.array([one[2] for one in models]) * TRUST + odds
    share = np.exp(evidence - evidence.max())
    exact = share / share.sum() * draws
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: draws - counts.sum()]] += 1
    return counts


def _draw(problem: Problem, best: np.ndarray, random: np.random.Generator) -> dict:
    gaps = _gaps(problem, best)
    gaps = (gaps - gaps.mean(0)) / gaps.std(0)
    n = len(gaps)
    begins = random.integers(0, n, -(-n // BLOCK))
    rows = (begins[:, None] + np.arange(BLOCK)).ravel()[:n] % n
    believed = problem.centre + problem.spread * random.standard_normal(len(problem.centre))
    again = replace(problem, y=problem.y + gaps[rows] * problem.noise, centre=believed)
    at, *_ = solved(again, best)
    level, _ = fitted(again, at)
    return parts(again, at) | {"base": level, "multiplies": problem.multiplies}
