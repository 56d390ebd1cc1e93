"""targets: what was promised."""

from collections.abc import Mapping
from typing import Literal

import pandera.ibis as pa

from revwork.contracts import Day, Money, optional, required

DEPARTMENT = "sales"
Way = Literal["sum", "mean", "last", "month"]


def _ways(**metrics: str) -> Mapping[str, Way]:
    return {name: way for way, names in metrics.items() for name in names.split()}


# What a target may be set for, and what those of several months make: their sum (parts of the
# business add up too), their mean, that of the last month, or nothing: of a month alone.
OVER_MONTHS = _ways(
    sum="net_revenue gross_margin contribution_margin operating_result orders won_amount deals_won "
    "advertising_spend impressions new_customers list_revenue price_leakage visits reviews "
    "contribution_after_commission",
    mean="order_value win_rate win_rate_by_value cycle_days sales_velocity click_rate cac roas roi "
    "returning_revenue_share discount_rate pocket_rate contribution_rate commission_rate nps "
    "new_customer_share returned_share channel_dependence site_conversion basket_share "
    "abandoned_baskets revenue_per_visit visit_order_value price_index_by_revenue "
    "price_index_unweighted red_zone products_compared revenue_compared rating critical_share "
    "rating_gap share_of_voice against_share",
    last="open_pipeline stale_share subscribers recurring_revenue net_yearly_retention "
    "gross_yearly_retention market_size market_growth market_share",
    month="customers",
)


class Targets(pa.DataFrameModel):
    """One row per month, metric and segment; money and counts add up, so no totals beside parts.

    A rate, score or level is of exactly the segment it names, of the company where it names none.
    Further ones may stand under [targets] in revwork.toml.

    Answers whether the company is where it said it would be.
    """

    month: Day = required("first day of the calendar's month", scheduled=True)
    metric: str = required("what is targeted, as cards call it", isin=[*OVER_MONTHS])
    amount: Money = required("target of the month: money in company currency, a share such as 0.3")
    region: str = optional("empty for the whole company")
    channel: str = optional("empty for the whole company")
    category: str = optional("empty for the whole company")
    segment: str = optional("empty for the whole company")

    class Config:
        """A segment has one target a month."""

        unique = ["month", "metric", "region", "channel", "category", "segment"]
