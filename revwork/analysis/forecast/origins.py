"""Rolling origins: what would have been forecast in the past, and which candidate did best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from revwork.analysis.forecast.candidates import NAIVE, expected, offered
from revwork.analysis.forecast.hierarchy import Hierarchy, reconciled
from revwork.findings import Message

GROUPS = {"sums": True, "series": False}  # is it one of the sums
_FAR = {12: 12, 52: 13}  # periods that are looked ahead in the past, by season
_STEP = {12: 2, 52: 4}  # periods from origin to origin
_MOST = {12: 7, 52: 11}  # origins
_CHOOSE = 2  # the candidates are compared at every second, the last apart


@dataclass(frozen=True)
class Past:
    """Forecasts made at origins (how many periods were known), coherent, and what came.

    `expected` and `errors` (what came − expected): nodes × origins × horizons, NaN where what came
    is not known; `history`: nodes × periods.
    """

    origins: tuple[int, ...]
    expected: np.ndarray
    errors: np.ndarray
    history: np.ndarray
    season: int


Told = dict[tuple[str, int], np.ndarray]  # of a level and origin: candidates × nodes × horizons


def told(history: np.ndarray, of: Hierarchy, season: int) -> Told:
    """Return what every candidate would have said at every second origin.

    `history`: nodes × periods, all the later ones unseen. Each node is forecast by itself.
    """
    origins = _origins(history.shape[1], season)
    return {
        (name, origin): _base(history[_is_of(of, name), :origin], offered(season, is_sums), season)
        for origin in origins[:-1][::-1][::_CHOOSE] or origins
        for name, is_sums in GROUPS.items()
    }


def scores(found: Told, history: np.ndarray, of: Hierarchy, season: int) -> pd.DataFrame:
    """Return how far each candidate was off over the last year (weekly: ten months).

    `found`: as `told` returns it. Columns: level (sums: total and each dimension's values, pooled;
    series), model, forecasts (node × origin), smape_rate, mase_multiple (means over them),
    is_chosen (lowest mase_multiple; the seasonal naive forecast where it is as good).

    Formula: smape_rate = mean 2 |actual − forecast| ÷ (|actual| + |forecast|); How far forecasts
    were off, on average, as a share.
    Formula: mase_multiple = mean |actual − forecast| ÷ mean |change from a season before|; Below 1
    where a forecast beats repeating the last season.
    """
    parts = []
    for level, is_sums in GROUPS.items():
        mine = history[_is_of(of, level)]
        each = [
            _off(one, mine, origin, season)
            for (name, origin), one in found.items()
            if name == level
        ]
        share, multiple = np.concatenate(each, axis=2).mean(axis=2)
        count = len(mine) * len(each)
        scored = {"smape_rate": share, "mase_multiple": multiple}
        rows = pd.DataFrame(
            {"level": level, "model": offered(season, is_sums), "forecasts": count, **scored}
        )
        parts.append(rows.assign(is_chosen=rows.model == _best(rows)))
    return pd.concat(parts, ignore_index=True)


def chosen(scored: pd.DataFrame) -> dict[str, str]:
    """Return the candidate chosen for sums and for series."""
    best = scored[scored.is_chosen]
    return dict(zip(best.level, best.model, strict=True))


def reading(scored: pd.DataFrame) -> Message:
    """Say which candidate was chosen for the sums, and how it stands beside the naive forecast."""
    sums = scored[scored.level == "sums"].set_index("model")
    best = sums.index[sums.is_chosen][0]
    values = {"share": sums.smape_rate[best], "naive": sums.smape_rate[NAIVE], "model": best}
    if best == NAIVE:
        return Message(
            "No model beat repeating last year's season: it was off by {naive:percent} on average, "
            "and is what is forecast",
            {"naive": values["naive"]},
        )
    return Message(
        "{model:text} did best in the back-test: off by {share:percent} on average, where "
        "repeating last year's season was off by {naive:percent}",
        values,
    )


def past(
    found: Told, history: np.ndarray, of: Hierarchy, scored: pd.DataFrame, season: int
) -> Past:
    """Return what the chosen candidates would have said at all origins, made coherent."""
    far, models = _FAR[season], chosen(scored)
    origins = _origins(history.shape[1], season)
    said = np.full((len(history), len(origins), far), np.nan)
    came = said.copy()
    for place, origin in enumerate(origins):
        base = np.empty((len(history), far))
        for level, is_sums in GROUPS.items():
            mine, names = _is_of(of, level), offered(season, is_sums)
            known = found.get((level, origin))
            base[mine] = (
                _base(history[mine, :origin], [models[level]], season)[0]
                if known is None
                else known[names.index(models[level])]
            )
        said[:, place] = _coherent(of, base)
        actual = history[:, origin : origin + far]
        came[:, place, : actual.shape[1]] = actual
    return Past(origins, said, came - said, history, season)


def coherent(
    history: np.ndarray, of: Hierarchy, models: Mapping[str, str], ahead: int, season: int
) -> np.ndarray:
    """Return nodes × ahead: forecasts of the chosen candidates that add up, to the cent."""
    base = np.empty((len(history), ahead))
    for level, model in models.items():
        mine = _is_of(of, level)
        base[mine] = _base(history[mine], [model], season, ahead)[0]
    return _coherent(of, base)


def _coherent(of: Hierarchy, base: np.ndarray) -> np.ndarray:
    return of.sums @ np.round(reconciled(of, base), 2)


def _base(
    history: np.ndarray, names: Sequence[str], season: int, ahead: int | None = None
) -> np.ndarray:
    """Candidates × nodes × horizons."""
    each = [expected(names, row, ahead or _FAR[season], season) for row in history]
    return np.stack(each, axis=1)


def _origins(periods: int, season: int) -> tuple[int, ...]:
    """How many periods were known each time, the last but one period last, oldest first."""
    back = range(1, 1 + _STEP[season] * _MOST[season], _STEP[season])
    whole = [periods - one for one in back if periods - one >= season]
    return tuple(whole[::-1] or [periods - 1])


def _is_of(of: Hierarchy, level: str) -> np.ndarray:
    return (of.nodes.level != "series").to_numpy() == GROUPS[level]


def _off(told_: np.ndarray, history: np.ndarray, origin: int, season: int) -> np.ndarray:
    """Symmetric share and multiple of the naive step: 2 × candidates × nodes."""
    actual = history[:, origin : origin + told_.shape[2]]
    told_ = told_[:, :, : actual.shape[1]]
    distance, both = np.abs(told_ - actual), np.abs(told_) + np.abs(actual)
    share = (2 * distance / np.where(both > 0, both, 1)).mean(axis=2)
    step = np.array([_naive_step(row[:origin], season) for row in history])
    return np.array([share, distance.mean(axis=2) / step])


def _naive_step(row: np.ndarray, season: int) -> float:
    """How far the seasonal naive forecast was off in what is known; at least a cent."""
    known = np.trim_zeros(row, "f")
    lag = season if len(known) > season else 1
    steps = np.abs(known[lag:] - known[:-lag])
    return max(float(steps.mean()) if len(steps) else 0.0, np.abs(row).mean() * 0.05, 0.01)


def _best(scored: pd.DataFrame) -> str:
    multiples = scored.set_index("model").mase_multiple
    return NAIVE if multiples[NAIVE] <= multiples.min() else str(multiples.idxmin())
