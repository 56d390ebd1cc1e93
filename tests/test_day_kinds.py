from datetime import date

import pandas as pd
from conftest import sales_lines
from offs import days, free

from revwork.analysis.forecast import day_kinds

JULY = [date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1)]
SPAIN, FRANCE = ("Spain", "Web"), ("France", "Web")


def rows(*sold):
    names = ["order_date", "region", "channel", "net_revenue"]
    frame = pd.DataFrame(sold, columns=names)
    return frame.assign(order_date=pd.to_datetime(frame.order_date))


HOLIDAYS = free("Spain", "2025-08-15"), free("France", "2025-07-14", "2025-08-15", country="FR")
SOLD = rows(
    ("2025-07-14", *SPAIN, 30), ("2025-07-14", *FRANCE, 5), ("2025-07-21", *FRANCE, 70),
    ("2025-08-15", *SPAIN, 8), ("2025-09-01", *SPAIN, 99),
)  # fmt: skip


def kinds():
    return day_kinds.kinds(days(SOLD, *HOLIDAYS), JULY, [SPAIN, FRANCE])


def test_a_holiday_is_one_where_the_region_has_it():
    found = kinds()
    assert found.sold[:, 0, 0].tolist() == [30, 70] and found.sold_off[:, 0, 0].tolist() == [0, 5]
    assert found.sold_off[:, 1, 4].tolist() == [8, 0]
    assert found.squares[1, 0, 0] == 4900


def test_every_day_is_counted_once_and_what_lies_outside_is_left_out():
    found = kinds()
    assert (found.days + found.off).sum(axis=2).tolist() == [[31, 31], [31, 31]]
    assert found.off.sum(axis=2).tolist() == [[0, 1], [1, 1]]
    assert (found.sold + found.sold_off).sum() == 30 + 5 + 70 + 8


def test_months_to_come_have_days_and_no_sales():
    found = day_kinds.kinds(days(SOLD, *HOLIDAYS), [*JULY, date(2025, 10, 1)], [SPAIN])
    assert found.days[0, 2].sum() == 30 and found.sold[0, 2].sum() == 99


def test_a_region_without_a_country_has_no_holidays():
    nowhere = free("Spain", country="")
    assert not day_kinds.kinds(days(SOLD, nowhere), JULY, [SPAIN]).off.any()


def test_without_holidays_they_are_the_weekdays_they_fall_on():
    plain = day_kinds.kinds(days(SOLD, *HOLIDAYS).working, JULY, [SPAIN, FRANCE])
    assert not plain.off.any() and plain.sold.sum() == 30 + 5 + 70 + 8


def test_a_day_is_the_sum_of_its_lines_and_days_after_the_last_do_not_count():
    lines = sales_lines(
        [
            {"order_date": "2025-07-14", "net_amount": 10, "region": "Spain", "channel": "Web"},
            {"order_date": "2025-07-14", "net_amount": -4, "region": "Spain", "channel": "Web"},
            {"order_date": "2025-07-14", "net_amount": 3, "region": None, "channel": None},
            {"order_date": "2025-07-16", "net_amount": 7, "region": "Spain", "channel": "Web"},
        ]
    )
    found = day_kinds.daily(lines, date(2025, 7, 15))
    assert [*found.net_revenue] == [3, 6] and [*found.region] == ["", "Spain"]
    assert [*found.channel] == ["", "Web"] and found.order_date.dt.day.unique().tolist() == [14]


def test_no_order_has_no_day():
    assert day_kinds.daily(sales_lines([]), date(2025, 7, 15)).empty
