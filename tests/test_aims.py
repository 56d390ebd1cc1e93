"""Targets of revwork.toml: what they mean, what is wrong with them, and beside the table's."""

from datetime import date

import pytest

import revwork
from revwork.analysis import targets
from revwork.data.wording import DataError

TODAY = date(2026, 3, 31)
ORDERS = "order_id,order_date,net_amount\na,2026-03-31,1\n"


def company(folder, aims, table=""):
    """Open a workspace of one order with these targets in revwork.toml, and in a table."""
    toml = f'currency = "EUR"\n{aims}\n[tables.orders]\nfile = "orders.csv"\n'
    (folder / "orders.csv").write_text(ORDERS)
    if table:
        (folder / "targets.csv").write_text(table)
        toml += '[tables.targets]\nfile = "targets.csv"\n'
    (folder / "revwork.toml").write_text(toml, encoding="utf-8")
    return revwork.open_company(folder)


def tables(folder, aims, table=""):
    return company(folder, aims, table).tables(["orders"], ["targets"], today=TODAY)


def complaint(folder, aims, table=""):
    with pytest.raises(DataError) as error:
        tables(folder, aims, table)
    return str(error.value)


def target(folder, metric, period, aims, **more):
    table, only = more.get("table", ""), more.get("only", ())
    calendar = company(folder, aims, table).calendar
    plan = targets.promised(tables(folder, aims, table).targets, only)
    return targets.target(plan, metric, calendar.period(period, TODAY), calendar)


def test_a_number_holds_in_every_month_and_money_is_each_month_s(tmp_path):
    aims = "[targets]\nwin_rate = 0.3\nnet_revenue = 100\n"
    assert target(tmp_path, "win_rate", "1997-Q2", aims) == 0.3
    assert target(tmp_path, "net_revenue", "2026-Q1", aims) == 300
    assert target(tmp_path, "cac", "2026-Q1", aims) is None


def test_money_of_a_period_is_spread_over_its_days_and_a_rate_is_not(tmp_path):
    aims = "\n".join(
        f'[[targets.{metric}]]\namount = {amount}\nperiod = "2026-Q1"\nregion = "North"'
        for metric, amount in (("orders", 900), ("win_rate", 0.4))
    )
    only = ["region=North"]
    assert target(tmp_path, "orders", "2026-Q1", aims) == 900
    assert target(tmp_path, "orders", "2026-01", aims, only=only) == 310
    assert target(tmp_path, "win_rate", "2026-01", aims, only=only) == 0.4
    assert target(tmp_path, "win_rate", "2026-01", aims) is None
    assert target(tmp_path, "orders", "2026-04", aims) is None


def test_the_table_and_the_file_make_one_plan(tmp_path):
    table = "month,metric,amount\n2026-01-01,net_revenue,10\n"
    aims = '[targets]\nnps = 40\n[[targets.net_revenue]]\namount = 56\nperiod = "2026-02"'
    assert target(tmp_path, "net_revenue", "2026-01-01..2026-02-28", aims, table=table) == 66
    assert target(tmp_path, "nps", "2026-01", aims, table=table) == 40
    loaded = tables(tmp_path, aims, table)
    assert "targets" not in loaded.absent
    assert [one.rows for one in loaded.inputs if one.table == "targets"] == [1]


def test_without_a_table_the_targets_are_not_absent(tmp_path):
    assert "targets" not in tables(tmp_path, "[targets]\nnps = 40\n").absent
    assert "targets" in tables(tmp_path, "").absent


def test_a_month_with_two_targets_is_one_sentence(tmp_path):
    table = "month,metric,amount\n2026-01-01,win_rate,0.2\n2026-02-01,win_rate,0.2\n"
    assert complaint(tmp_path, "[targets]\nwin_rate = 0.3\n", table) == (
        "targets: win_rate of 2026-01 is set twice, under [targets] in revwork.toml and in the "
        "table: keep one."
    )
    twice = '[[targets.cac]]\namount = 1\n[[targets.cac]]\namount = 2\nperiod = "2026-02"\n'
    assert "cac of 2026-02 is set twice" in complaint(tmp_path, twice)


def test_totals_do_not_stand_beside_parts_in_another_place(tmp_path):
    table = "month,metric,amount\n2026-01-01,net_revenue,10\n2026-01-01,win_rate,0.3\n"
    parts = "[[targets.{}]]\namount = 5\nperiod = '2026-01'\nregion = 'North'\n"
    assert "net_revenue names a region" in complaint(tmp_path, parts.format("net_revenue"), table)
    assert tables(tmp_path, parts.format("win_rate"), table).targets.count().execute() == 3


@pytest.mark.parametrize(
    ("aims", "said"),
    [
        ("[targets]\nwin_rat = 0.3", '"win_rat" is no metric of a card; did you mean "win_rate"?'),
        ('[targets]\ncac = "much"', "amount should be a valid number"),
        (
            "[[targets.cac]]\namount = 1\nregin = 'N'",
            '"regin" is not known; did you mean "region"?',
        ),
        ("[[targets.cac]]\nregion = 'N'", "amount is missing"),
        ("[[targets.cac]]\namount = 1\nperiod = 'last month'", "moves on with the day"),
        ("[[targets.cac]]\namount = 1\nperiod = '2026-01-05'", "is not made of whole months"),
        ("[[targets.cac]]\namount = 1\nperiod = '2026-13'", "[targets.cac.1] period"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_probably_meant(tmp_path, aims, said):
    assert said in complaint(tmp_path, aims)


def test_a_table_that_names_no_known_metric_is_told_the_nearest(tmp_path):
    table = "month,metric,amount\n2026-01-01,Win rat,0.3\n"
    text = complaint(tmp_path, "", table)
    assert '"Win rat" in 1 row; did you mean "win_rate"? Say under' in text
    assert '"Win rat" = "win_rate"' in text
