"""Candidates: what each way of forecasting expects of one series."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from revwork.findings import Word

NAIVE = Word("Last season again")
MEAN = Word("Mean of AutoTheta, MSTL and last season")
HALF = Word("Mean of AutoTheta and last season")
_AVERAGED = {MEAN: ("AutoTheta", "MSTL", NAIVE), HALF: ("AutoTheta", NAIVE)}
_SMALL = {"max_p": 1, "max_q": 1, "max_P": 0, "max_Q": 1, "max_order": 2, "approximation": True}
_LONG = 5  # seasons: what lies further back says little and takes long


def offered(season: int, of_sums: bool) -> list[str]:
    """Return the names of the candidates; many small series are offered what is quickly fitted."""
    if of_sums:
        return [NAIVE, "AutoETS", "AutoARIMA", "AutoTheta", "MSTL", MEAN]
    return [NAIVE, "AutoTheta", HALF] if season <= 24 else [NAIVE, "AutoETS"]


def expected(names: Sequence[str], past: np.ndarray, ahead: int, season: int) -> np.ndarray:
    """Return what each candidate expects of the next `ahead` periods: candidates × ahead.

    `past` begins with the first sale (what lies before is 0 and left out); none is negative. What
    brought nothing for a season has ended: 0. AutoETS and AutoTheta pick among their kinds by
    likelihood, AutoARIMA by AICc among small orders; weekly AutoETS and AutoARIMA know no season.
    Where less than two seasons are known, MSTL is the seasonal naive forecast, and below one season
    every candidate the mean. Source: statsforecast (Nixtla), after Hyndman and Khandakar 2008.
    """
    known = np.trim_zeros(past, "f")[-_LONG * season :]
    if not known[-season:].any():
        return np.zeros((len(names), ahead))
    if len(known) <= season:
        return np.full((len(names), ahead), max(known.mean(), 0.0))
    single = dict.fromkeys(part for name in names for part in _AVERAGED.get(name, (name,)))
    found = {part: _one(part, known, ahead, season) for part in single}
    told = [
        np.mean([found[part] for part in _AVERAGED.get(name, (name,))], axis=0) for name in names
    ]
    return np.maximum(np.array(told), 0.0)


def _one(name: str, known: np.ndarray, ahead: int, season: int) -> np.ndarray:
    if name == "MSTL" and len(known) < 2 * season:
        name = NAIVE
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = _model(name, season).forecast(y=known, h=ahead)["mean"]
    return np.where(np.isfinite(found), found, known[-season:].mean())


def _model(name: str, season: int) -> Any:
    from statsforecast import models

    short = season if season <= 24 else 1
    settings = {
        NAIVE: {"season_length": season},
        "AutoETS": {"season_length": short},
        "AutoARIMA": {"season_length": short, **_SMALL},
        "AutoTheta": {"season_length": season},
        "MSTL": {"season_length": season},
    }
    return getattr(models, "SeasonalNaive" if name == NAIVE else name)(**settings[name])
