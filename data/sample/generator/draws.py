"""Draws and small facts that several departments share."""

import numpy as np
import pandas as pd
from generator import company as co


def draw_by(rng: np.random.Generator, key: pd.Series, chances: pd.DataFrame) -> pd.Series:
    """Return one of the columns for each row, with the chances of its key's row."""
    drawn = pd.Series(index=key.index, dtype=chances.columns.dtype)
    for name, chance in chances.iterrows():
        those = key == name
        drawn[those] = rng.choice(chances.columns, those.sum(), p=chance / chance.sum())
    return drawn


def channel(rng: np.random.Generator, customers: pd.DataFrame) -> pd.Series:
    """Return a channel for each customer; German households favour marketplaces."""
    german = (customers.segment == "Household") & (customers.region == "Germany")
    return draw_by(rng, customers.segment.where(~german, "German household"), co.CHANNEL_MIX)


def calendar(days: pd.DatetimeIndex, growth: float = 1) -> pd.DataFrame:
    """Return how busy each day is, by segment: season, weekday, and yearly growth."""
    trend = growth ** ((days - co.START).days / 365.25)
    season, week = co.SEASON[days.month].to_numpy(), co.WEEK[days.dayofweek].to_numpy()
    return pd.DataFrame(season * week * trend.to_numpy(), co.SEGMENTS, days)


def days(count: pd.Series | np.ndarray) -> pd.TimedeltaIndex | pd.Series:
    """Return whole days to add to a date."""
    return pd.to_timedelta(np.floor(count), unit="D")


def british(region: pd.Series) -> np.ndarray:
    """Return true where pounds are paid."""
    return (region == "United Kingdom").to_numpy()


def currency(region: pd.Series) -> np.ndarray:
    """Return what is paid in."""
    return np.where(british(region), "GBP", "EUR")


def asked(region: pd.Series) -> np.ndarray:
    """Return what is asked, in the currency there, for one euro on the price list."""
    return np.where(british(region), co.POUNDS_ASKED, 1)
