"""Who Aroma & Grain is: what every department knows, and the story planted in it."""

import pandas as pd

START, END = pd.Timestamp("2024-04-01"), pd.Timestamp("2026-09-15")
DAYS = pd.date_range(START, END, inclusive="left")

REGIONS = ["Spain", "France", "United Kingdom", "Germany"]
SEGMENTS = ["Household", "Office", "Hospitality"]
CHANNELS = ["Web shop", "Marketplace", "Sales team", "Resellers"]
CATEGORIES = ["Espresso machines", "Grinders", "Beans", "Accessories"]

CHANNEL_MIX = pd.DataFrame(
    [
        [0.66, 0.34, 0.00, 0.00],
        [0.36, 0.10, 0.36, 0.18],
        [0.10, 0.04, 0.56, 0.30],
        [0.20, 0.80, 0.00, 0.00],
    ],
    [*SEGMENTS, "German household"],
    CHANNELS,
)
SEASON = pd.DataFrame(
    [
        [0.85, 0.85, 0.9, 0.9, 0.9, 0.85, 0.8, 0.75, 0.95, 1.0, 1.45, 1.85],
        [1.05, 1.0, 1.05, 1.0, 1.0, 1.0, 0.85, 0.6, 1.1, 1.1, 1.1, 1.15],
        [0.85, 0.85, 0.95, 1.0, 1.05, 1.1, 1.1, 1.05, 1.0, 1.0, 1.0, 1.1],
    ],
    SEGMENTS,
    range(1, 13),
)
WEEK = pd.DataFrame(  # Monday to Sunday
    [
        [1.1, 1.0, 1.0, 1.0, 0.95, 0.85, 1.1],
        [1.4, 1.3, 1.25, 1.25, 1.1, 0.1, 0.05],
        [1.4, 1.3, 1.25, 1.25, 1.1, 0.2, 0.1],
    ],
    SEGMENTS,
)
POUNDS_ASKED = 0.86  # where the price list says one euro

# The story, planted in how customers decide and in what they pay.
BIG_CUSTOMER = {
    "customer_name": "Grupo Meridiano",
    "region": "Spain",
    "segment": "Office",
    "_rate": 110.0,
    "_left": END,
    "_channel": "Sales team",
}
BIG_CUSTOMER_JOINS = pd.Timestamp("2025-02-17")
RIVAL_FROM, RIVAL_LEAVES = pd.Timestamp("2026-02-02"), 0.15
MACHINES_DEARER_FROM, DEARER_LEAVES = pd.Timestamp("2026-01-01"), 0.80  # +9 % at elasticity −2.6
FRENCH_FROM, FRENCH_SIGN_UP, SIGN_UP = pd.Timestamp("2025-10-01"), 0.60, 0.12
RISE_FROM, RISE = pd.Timestamp("2026-03-01"), 1.08  # of subscriptions
CROSS_UNTIL, LEAVE_A_MONTH, LEAVE_WHEN_CROSS = pd.Timestamp("2026-07-01"), 0.028, 0.075
POUND = {2024.0: 1.182, 2026.0: 1.182, 2026.6: 1.075}  # EUR for one GBP, by time
