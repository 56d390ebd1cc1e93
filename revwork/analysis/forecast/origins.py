"""Rolling origins: what would have been forecast in the past, and which candidate did best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from revwork.analysis.forecast.candidates import MEAN, NAIVE, expected, offered
from revwork.analysis.forecast.hierarchy import Hierarchy, reconciled
from revwork.findings import Message

GROUPS = {"sums": True, "series": False}  # is it one of the sums
_FAR = {12: 12, 52: 13}  # periods that are looked ahead in the past, by season
_STEP = {12: 2, 52: 4}  # periods from origin to origin
_MOST = {12: 7, 52: 11}  # origins
_CHOOSE = 2  # the candidates are compared at every second, the last apart


@dataclass(frozen=True)
class Known:
    """What forecasts are made of, all the later periods unseen.

    `history`: nodes × periods. `carried`: of how many periods are known, nodes × all periods, the
    coming ones too: how much of its sales each period's days carry, 1 on average. Then every
    candidate but the naive forecasts what is sold on an average day; None: periods as they are.
    """

    history: np.ndarray
    of: Hierarchy
    season: int
    carried: Callable[[int], np.ndarray] | None = None

    @property
    def origins(self) -> tuple[int, ...]:
        """How many periods were known each time, the last but one period last, oldest first."""
        periods, step = self.history.shape[1], _STEP[self.season]
        back = range(1, 1 + step * _MOST[self.season], step)
        whole = [periods - one for one in back if periods - one >= self.season]
        return tuple(whole[::-1] or [periods - 1])

    @property
    def compared(self) -> tuple[int, ...]:
        """The origins at which candidates are compared."""
        return self.origins[:-1][::-1][::_CHOOSE] or self.origins

    def said(self, level: str, names: Sequence[str], origin: int, ahead: int = 0) -> np.ndarray:
        """Return what candidates say of each node of the level: candidates × nodes × horizons."""
        mine, far = self.is_of(level), ahead or _FAR[self.season]
        past = self.history[mine, :origin]
        if not self.carried:
            return _base(past, names, far, self.season)
        days = self.carried(origin)[mine, : origin + far]
        found = _base(past / days[:, :origin], names, far, self.season) * days[:, origin:]
        if NAIVE in names:
            found[[*names].index(NAIVE)] = _base(past, [NAIVE], far, self.season)[0]
        return found

    def is_of(self, level: str) -> np.ndarray:
        """Return which nodes are sums, or series."""
        return (self.of.nodes.level != "series").to_numpy() == GROUPS[level]


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


def told(known: Known) -> Told:
    """Return what every candidate would have said at every second origin.

    Each node is forecast by itself.
    """
    return {
        (name, origin): known.said(name, offered(known.season, is_sums), origin)
        for origin in known.compared
        for name, is_sums in GROUPS.items()
    }


def of_sums(known: Known) -> dict[str, float]:
    """Return smape_rate and mase_multiple (as `scores`) of the mean of candidates, of all sums."""
    mine = known.history[known.is_of("sums")]
    each = [
        _off(known.said("sums", [MEAN], origin), mine, origin, known.season)
        for origin in known.compared
    ]
    share, multiple = np.concatenate(each, axis=2).mean(axis=(1, 2))
    return {"smape_rate": share, "mase_multiple": multiple}


def scores(found: Told, known: Known) -> pd.DataFrame:
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
        mine = known.history[known.is_of(level)]
        each = [
            _off(one, mine, origin, known.season)
            for (name, origin), one in found.items()
            if name == level
        ]
        share, multiple = np.concatenate(each, axis=2).mean(axis=2)
        count = len(mine) * len(each)
        scored = {"smape_rate": share, "mase_multiple": multiple}
        rows = pd.DataFrame(
            {"level": level, "model": offered(known.season, is_sums), "forecasts": count, **scored}
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
        "{model:text} had the lowest MASE in the back-test: off by {share:percent} on average, "
        "where repeating last year's season was off by {naive:percent}",
        values,
    )


def past(found: Told, known: Known, scored: pd.DataFrame) -> Past:
    """Return what the chosen candidates would have said at all origins, made coherent."""
    far, models, history = _FAR[known.season], chosen(scored), known.history
    said = np.full((len(history), len(known.origins), far), np.nan)
    came = said.copy()
    for place, origin in enumerate(known.origins):
        base = np.empty((len(history), far))
        for level, is_sums in GROUPS.items():
            ready, names = found.get((level, origin)), offered(known.season, is_sums)
            base[known.is_of(level)] = (
                known.said(level, [models[level]], origin)[0]
                if ready is None
                else ready[names.index(models[level])]
            )
        said[:, place] = _coherent(known.of, base)
        actual = history[:, origin : origin + far]
        came[:, place, : actual.shape[1]] = actual
    return Past(known.origins, said, came - said, history, known.season)


def coherent(known: Known, models: Mapping[str, str], ahead: int) -> np.ndarray:
    """Return nodes × ahead: forecasts of the chosen candidates that add up, to the cent."""
    periods = known.history.shape[1]
    base = np.empty((len(known.history), ahead))
    for level, model in models.items():
        base[known.is_of(level)] = known.said(level, [model], periods, ahead)[0]
    return _coherent(known.of, base)


def _coherent(of: Hierarchy, base: np.ndarray) -> np.ndarray:
    return of.sums @ np.round(reconciled(of, base), 2)


def _base(history: np.ndarray, names: Sequence[str], ahead: int, season: int) -> np.ndarray:
    """Candidates × nodes × horizons."""
    each = [expected(names, row, ahead, season) for row in history]
    return np.stack(each, axis=1)


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
