"""The mix model on thirty simulated companies whose priors and functional form it does not know.

Each company draws how advertising saturates (Hill, exponential, hyperbolic tangent), how it lasts
(geometric, Weibull), whether it multiplies the baseline, and what each medium returns, from
ranges of its own. Printed: how many of the true returns the 90 % intervals hold, how wide these
are beside the belief's alone, which media are flagged, and the seconds of a fit.

    python bench/mix.py [COMPANIES]
"""

import sys
from collections.abc import Callable
from time import perf_counter, process_time

import numpy as np
import pandas as pd

from revwork.analysis.marketing import mix, mix_response
from revwork.analysis.marketing.mix_weeks import Weeks

WEEKS, MEDIA, YEAR = 156, 5, 52


def company(seed: int) -> tuple[Weeks, pd.DataFrame]:
    """Return a company's weeks, and what each medium returned in the last year, the next euro too.

    What a medium returned is the revenue that would be missing without it.
    """
    random = np.random.default_rng(seed)
    markets = 4 if seed % 3 == 0 else 1
    size = random.dirichlet(np.full(markets, 20.0))
    season, base = _baseline(random, markets)
    share = random.dirichlet(np.full(MEDIA, 1.5)) * random.uniform(0.08, 0.16)
    spend = np.array([_spent(random, markets, season) for _ in range(MEDIA)])
    spend = spend / spend.mean((1, 2), keepdims=True) * share[:, None, None] * size
    responses = [_response(random) for _ in range(MEDIA)]
    worth = random.lognormal(np.log(1.8), 0.6, MEDIA) * share
    multiplies = random.random() < 0.5
    control = random.normal(0, 1, (WEEKS, 1)) * np.ones(markets)
    base = base * np.exp(random.uniform(-0.08, 0) * control)

    def revenue(times: np.ndarray) -> np.ndarray:
        scaled = spend / size * (times / share)[:, None, None]
        effect = sum(w * one(x) for w, one, x in zip(worth, responses, scaled, strict=True))
        return base * (1 + effect) if multiplies else base + effect

    names = tuple(f"C{place}" for place in range(MEDIA))
    given = Weeks(
        pd.date_range("2023-01-02", periods=WEEKS, freq="7D"),
        tuple(f"M{market}" for market in range(markets)),
        names,
        ("price",),
        revenue(np.ones(MEDIA)) * size * _noise(random, markets) * 1e6,
        spend * 1e6,
        control[None],
    )
    return given, _truth(revenue, spend, size, names)


def _truth(
    revenue: Callable, spend: np.ndarray, size: np.ndarray, names: tuple[str, ...]
) -> pd.DataFrame:
    """What would be missing without a medium, and what 1 % more of it would add, per euro."""
    now, rows = revenue(np.ones(MEDIA)), []
    for place, medium in enumerate(names):
        at = np.eye(MEDIA)[place]
        paid = spend[place, -YEAR:].sum()
        missing, added = (
            ((revenue(1 + step * at) - now) * size)[-YEAR:].sum() / step / paid
            for step in (-1, 0.01)
        )
        rows.append({"medium": medium, "roas": missing, "marginal_roas": added})
    return pd.DataFrame(rows)


def _baseline(random: np.random.Generator, markets: int) -> tuple[np.ndarray, np.ndarray]:
    week = np.arange(WEEKS)[:, None]
    wave = 2 * np.pi * (week / 52.18 + random.random())
    season = random.uniform(0.05, 0.25) * np.sin(wave) + random.uniform(0, 0.1) * np.cos(2 * wave)
    drift = np.cumsum(random.normal(0, 0.006, (WEEKS, markets)), 0)
    growth = random.uniform(-0.05, 0.15) * week / 52
    peak = random.uniform(0, 0.3) * np.exp(-(((week % 52) - 47) ** 2) / 8)
    return season, np.exp(season + drift + growth + peak)


def _spent(random: np.random.Generator, markets: int, season: np.ndarray) -> np.ndarray:
    noise = np.exp(random.normal(0, 0.3, (WEEKS, markets)))
    length = random.integers(2, 7)
    flights = random.random((WEEKS // length + 1, markets)) < random.uniform(0.4, 0.9)
    on = np.repeat(flights, length, axis=0)[:WEEKS]
    return noise * np.where(on, 1.0, random.uniform(0, 0.5)) * np.exp(random.random() * season)


def _response(random: np.random.Generator) -> Callable:
    """How a medium's spend, about 1 a week, turns into effect, of which 1 comes at 1."""
    kernel, half = _kernel(random), random.lognormal(0, 0.5)
    kind, slope = random.integers(3), random.uniform(0.8, 1.8)

    def shape(x: np.ndarray) -> np.ndarray:
        if kind == 0:
            return x**slope / (half**slope + x**slope)
        return 1 - np.exp(-x / half) if kind == 1 else np.tanh(x / half / 1.5)

    def response(spend: np.ndarray) -> np.ndarray:
        padded = np.vstack([np.repeat(spend[:8].mean(0)[None], len(kernel), 0), spend])
        stock = sum(k * padded[len(kernel) - n : len(padded) - n] for n, k in enumerate(kernel))
        return shape(stock) / shape(np.ones(1))[0]

    return response


def _kernel(random: np.random.Generator) -> np.ndarray:
    """What is felt now and in the weeks after, 1 in all: geometric, or Weibull with its delay."""
    week = np.arange(12)
    if random.random() < 0.5:
        kernel = random.uniform(0, 0.7) ** week
    else:
        edge = (np.arange(13) / random.uniform(0.8, 3)) ** random.uniform(0.7, 1.8)
        kernel = -np.diff(np.exp(-edge))
    return kernel / kernel.sum()


def _noise(random: np.random.Generator, markets: int) -> np.ndarray:
    wide, lasts = random.uniform(0.02, 0.06), random.uniform(0, 0.4)
    noise = random.normal(0, wide, (WEEKS, markets))
    for week in range(1, WEEKS):
        noise[week] += lasts * noise[week - 1]
    return np.exp(noise)


def study(companies: int) -> pd.DataFrame:
    """Return one row a company and medium: the truth, the interval, the seconds of the fit."""
    rows = []
    for seed in range(companies):
        given, truth = company(seed)
        begin, clock = process_time(), perf_counter()
        model = mix.fit(given)
        seconds = {"seconds": process_time() - begin, "clock": perf_counter() - clock}
        found = mix_response.returns(model)
        rows.append(
            found.merge(truth, on="medium", suffixes=("", "_true")).assign(
                company=seed, markets=len(given.markets), **seconds, multiplies=model.multiplies
            )
        )
    return pd.concat(rows, ignore_index=True)


def told(rows: pd.DataFrame) -> list[str]:
    """Return the study in words."""
    lines = []
    for name in ("roas", "marginal_roas"):
        held = rows[f"{name}_true"].between(rows[f"low_{name}"], rows[f"high_{name}"])
        lines.append(
            f"{name}: {held.mean():.1%} of {len(held)} truths within 90 %; "
            f"{held[rows.known].mean():.1%} of the {rows.known.sum()} told by the data"
        )
    width = rows[rows.known].width_share
    return [
        *lines,
        f"interval of media told by the data beside the belief's alone: {width.median():.0%} "
        f"(median), {width.max():.0%} at most; flagged: {(~rows.known).sum()} of {len(rows)}",
        f"a fit: {rows.seconds.median():.1f} s of the processor, {rows.seconds.max():.1f} s at "
        f"most; {rows.clock.max():.1f} s by the clock at most",
    ]


if __name__ == "__main__":
    found = study(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
    sys.stdout.write("\n".join(told(found)) + "\n")
