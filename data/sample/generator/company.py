"""Who Aroma & Grain is: places, people's habits and dates that every department shares."""

import numpy as np
import pandas as pd

START, END = pd.Timestamp("2023-09-01"), pd.Timestamp("2026-09-15")
DAYS = pd.date_range(START, END, inclusive="left")
LAST = len(DAYS)  # the day after the last, counted from START as all days are here
BEFORE = 3000  # days before START that customers and subscriptions reach back
PAST = pd.date_range(START - pd.Timedelta(days=BEFORE), END, inclusive="left")
FIRST_MONDAY = 4  # days between the first week's Monday and START
WEEKS = (LAST - 1 + FIRST_MONDAY) // 7 + 1
RUN_RATE = (DAYS.get_loc("2026-06-01"), DAYS.get_loc("2026-09-01"))  # three complete months

REGIONS = ["Spain", "France", "United Kingdom", "Germany"]
SEGMENTS = ["Household", "Office", "Hospitality", "Hotels", "Education"]
CHANNELS = ["Web shop", "Marketplace", "Sales team", "Resellers"]
WEB, MARKETPLACE, SALES, RESELLERS = range(4)
CATEGORIES = [
    "Espresso machines",
    "Grinders",
    "Filter brewers",
    "Beans",
    "Accessories",
    "Cleaning",
]
MACHINES, GRINDERS, BREWERS, BEANS, ACCESSORIES, CLEANING = range(6)
DEVICES = ["phone", "desktop", "tablet"]
COMPETITORS = ["Brewsmith", "Kontor Nord", "Molino Delta"]
CURRENCIES = ["EUR", "GBP", "CHF"]
ASKED = np.array([1, 0.86, 0.96])  # where the price list says one euro
LANGUAGES = ["es", "fr", "en", "en"]  # by region
FAR = np.array([1, 1.15, 1.5, 1.25])  # freight by region

REGION_SHARE = [0.30, 0.24, 0.21, 0.25]
SEGMENT_SHARE = [0.755, 0.09, 0.07, 0.045, 0.04]
GROWTH = 0.09  # of arrivals, a year, continuous
CHANNEL_MIX = np.array(  # by segment
    [
        [0.70, 0.30, 0.00, 0.00],
        [0.38, 0.06, 0.38, 0.18],
        [0.14, 0.04, 0.52, 0.30],
        [0.16, 0.02, 0.54, 0.28],
        [0.36, 0.06, 0.36, 0.22],
    ]
)
SEASON = np.array(  # by segment and month
    [
        [0.92, 0.86, 0.90, 0.90, 0.92, 0.86, 0.82, 0.78, 0.95, 1.02, 1.42, 1.65],
        [1.05, 1.02, 1.05, 1.00, 1.02, 1.00, 0.88, 0.62, 1.12, 1.10, 1.10, 1.04],
        [0.86, 0.88, 0.95, 1.02, 1.06, 1.10, 1.10, 1.06, 1.00, 1.00, 0.98, 0.99],
        [0.80, 0.84, 0.96, 1.06, 1.12, 1.16, 1.18, 1.12, 1.04, 0.94, 0.86, 0.92],
        [1.10, 1.08, 1.06, 1.00, 1.02, 0.92, 0.45, 0.40, 1.40, 1.30, 1.20, 1.07],
    ]
)
WEEK = np.array(  # by segment, Monday to Sunday
    [
        [1.10, 1.00, 1.00, 1.00, 0.95, 0.85, 1.10],
        [1.40, 1.30, 1.25, 1.25, 1.10, 0.40, 0.30],
        [1.35, 1.25, 1.20, 1.20, 1.10, 0.50, 0.40],
        [1.30, 1.25, 1.20, 1.20, 1.10, 0.55, 0.40],
        [1.45, 1.35, 1.30, 1.30, 1.10, 0.30, 0.20],
    ]
)
HOLIDAYS = {  # month and day, by region: firms rest
    "Spain": "01-01 01-06 05-01 08-15 10-12 11-01 12-06 12-25",
    "France": "01-01 05-01 05-08 07-14 08-15 11-01 11-11 12-25",
    "United Kingdom": "01-01 12-25 12-26",
    "Germany": "01-01 05-01 10-03 12-25 12-26",
}
REST = 0.2
MOOD = {-365: 1.05, 0: 1.05, 420: 1.0, 1110: 1.06}  # of all demand, by day
BGNBD = {  # purchase rate a week ~ Gamma(r, alpha), end after an order ~ Beta(a, b)
    "Household": {"r": 1.1, "alpha": 24.8, "a": 0.9, "b": 2.7},
    "Office": {"r": 1.5, "alpha": 14.0, "a": 0.8, "b": 5.2},
    "Hospitality": {"r": 1.6, "alpha": 11.8, "a": 0.8, "b": 5.8},
    "Hotels": {"r": 1.5, "alpha": 12.8, "a": 0.8, "b": 5.6},
    "Education": {"r": 1.4, "alpha": 15.0, "a": 0.8, "b": 5.4},
}


def date(day: np.ndarray) -> pd.DatetimeIndex:
    """Return the dates of days counted from START; NaN is none."""
    return pd.DatetimeIndex(START + pd.to_timedelta(pd.Series(np.asarray(day, float)), unit="D"))


def week(day: np.ndarray) -> np.ndarray:
    """Return the week, from Monday, that a day is in."""
    return (np.asarray(day) + FIRST_MONDAY) // 7


def month(day: np.ndarray) -> np.ndarray:
    """Return the month of the year, from 0."""
    return PAST.month.to_numpy()[np.asarray(day) + BEFORE] - 1


def year(day: np.ndarray) -> np.ndarray:
    """Return the calendar year."""
    return PAST.year.to_numpy()[np.asarray(day) + BEFORE]


def holidays() -> np.ndarray:
    """Return whether firms rest, by region and day from BEFORE."""
    written = PAST.strftime("%m-%d")
    return np.array([written.isin(HOLIDAYS[region].split()) for region in REGIONS])


def busy() -> np.ndarray:
    """Return how busy a day is, by segment, region and day from BEFORE: season, weekday, rest."""
    mood = np.interp(np.arange(-BEFORE, LAST), list(MOOD), list(MOOD.values()))
    shape = SEASON[:, PAST.month - 1] * WEEK[:, PAST.dayofweek] * mood
    firms = np.arange(len(SEGMENTS))[:, None, None] > 0
    return shape[:, None, :] * np.where(firms & holidays()[None], REST, 1.0)
