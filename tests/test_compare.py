"""Two runs side by side: what moved, what is new, gone and changed, and what cannot be compared."""

import pytest

from revwork.run.compare import Run, compare, previous

TABLE = {
    "table": "orders",
    "file": "o.csv",
    "rows": 100,
    "first_day": None,
    "last_day": "2026-08-31",
}


def ended(notebook="01_revenue", status="succeeded", reason="", **parameters):
    return {"notebook": notebook, "status": status, "reason": reason, "parameters": parameters}


def manifest(*notebooks, run="20260901-060000", workspace="Acme", inputs=()):
    notebooks = list(notebooks or [ended()])
    return {"run": run, "workspace": workspace, "inputs": list(inputs), "notebooks": notebooks}


def number(value, metric="net_revenue", unit="money", **more):
    one = {"metric": metric, "segment": {}, "unit": unit, "value": value, "period": "2026-Q2"}
    return {**one, "notebook": "01_revenue", **more}


def finding(name, value=None, notebook="01_revenue"):
    impact = None if value is None else {"value": value, "currency": "EUR"}
    told = {"id": name, "notebook": notebook, "department": "sales", "direction": "threat"}
    return {**told, "claim": f"{name} fell", "impact": impact}


def ran(manifest_=None, findings=(), kpis=()):
    return Run(manifest_ or manifest(), list(findings), list(kpis))


def empty(changes):
    return not any(changes[kind] for kind in changes if kind != "since")


# numbers


@pytest.mark.parametrize(
    ("unit", "before", "after", "moved"),
    [
        ("money", 100.0, 100.4, False),
        ("money", 100.0, 100.6, True),
        ("money", 0.1 + 0.2, 0.3, False),
        ("count", 7.0, 8.0, True),
        ("percent", 0.1234, 0.1238, False),
        ("percent", 0.1234, 0.1244, True),
        ("money", None, None, False),
        ("money", None, 0.0, True),
        ("money", 5.0, None, True),
        ("a unit of tomorrow", 1.0, 2.0, True),
    ],
)
def test_a_number_moved_where_readers_would_see_it(unit, before, after, moved):
    old, new = (ran(kpis=[number(value, unit=unit)]) for value in (before, after))
    found = compare(old, new)["kpis"]
    assert [(one["before"], one["after"]) for one in found] == [(before, after)] * moved


def test_a_number_says_from_which_period_to_which_it_moved():
    old, new = number(1.0, period="2026-Q1"), number(9.0, period="2026-Q2")
    (moved,) = compare(ran(kpis=[old]), ran(kpis=[new]))["kpis"]
    assert moved["period"] == ["2026-Q1", "2026-Q2"]


def test_a_segments_number_is_another_than_the_companys():
    before = [number(5.0), number(1.0, segment={"region": "North", "channel": None})]
    after = [number(5.0), number(2.0, segment={"channel": None, "region": "North"})]
    (moved,) = compare(ran(kpis=before), ran(kpis=after))["kpis"]
    assert moved["segment"]["region"] == "North"


def test_a_number_that_came_or_went_has_no_value_on_the_other_side():
    found = compare(ran(kpis=[number(1.0, "orders")]), ran(kpis=[number(2.0, "visits")]))["kpis"]
    assert {one["metric"]: (one["before"], one["after"], one["period"]) for one in found} == {
        "visits": (None, 2.0, [None, "2026-Q2"]),
        "orders": (1.0, None, ["2026-Q2", None]),
    }


def test_numbers_keep_the_order_of_the_report():
    names = ["net_revenue", "gross_margin", "orders"]
    before, after = ([number(value, name) for name in names] for value in (1.0, 2.0))
    assert [one["metric"] for one in compare(ran(kpis=before), ran(kpis=after))["kpis"]] == names


# findings


def test_findings_are_new_gone_or_changed_by_id():
    before = [finding("same", 5.0), finding("grew", 5.0), finding("went", 5.0)]
    after = [finding("came", 9.0), finding("grew", 8.0), finding("same", 5.3)]
    found = compare(ran(findings=before), ran(findings=after))
    assert {
        kind: [(one["id"], one["before"], one["after"]) for one in found[kind]]
        for kind in ("new", "gone", "changed")
    } == {
        "new": [("came", None, 9.0)],
        "gone": [("went", 5.0, None)],
        "changed": [("grew", 5.0, 8.0)],
    }


def test_money_that_becomes_known_changes_a_finding():
    (changed,) = compare(ran(findings=[finding("a")]), ran(findings=[finding("a", 0.0)]))["changed"]
    assert (changed["before"], changed["after"], changed["currency"]) == (None, 0.0, "EUR")


def test_what_a_failed_report_found_is_not_gone_but_unknown():
    failed = manifest(ended(status="failed", reason="cell 3"), ended("02_sales"))
    whole = manifest(ended(), ended("02_sales"))
    before = ran(whole, [finding("a", 1.0), finding("b", 1.0, "02_sales")], [number(1.0)])
    changes = compare(before, ran(failed))
    assert [one["id"] for one in changes["gone"]] == ["b"]
    assert changes["kpis"] == []


# tables


@pytest.mark.parametrize(
    ("now", "lost"),
    [
        ({}, False),
        ({"rows": 101, "last_day": "2026-09-30"}, False),
        ({"rows": 99}, True),
        ({"last_day": "2026-08-30"}, True),
        ({"last_day": None}, True),
    ],
)
def test_a_table_with_fewer_rows_or_days_is_told(now, lost):
    after = {**TABLE, **now}
    found = compare(ran(manifest(inputs=[TABLE])), ran(manifest(inputs=[after])))["tables"]
    pairs = {name: [TABLE[name], after[name]] for name in ("rows", "last_day")}
    assert found == [{"table": "orders", **pairs}] * lost


def test_a_table_no_longer_read_is_told_unless_its_report_failed():
    before = ran(manifest(inputs=[TABLE]))
    (lost,) = compare(before, ran())["tables"]
    assert (lost["table"], lost["rows"]) == ("orders", [100, None])
    assert compare(before, ran(manifest(ended(status="failed"))))["tables"] == []


# reports


def test_a_report_that_ended_otherwise_is_told_with_the_reason():
    fine = manifest(ended(), ended("02_sales", "skipped"), ended("03_new"))
    other = manifest(ended(status="failed", reason="cell 4"), ended("02_sales"), ended("04_newer"))
    told = [tuple(one.values()) for one in compare(ran(fine), ran(other))["notebooks"]]
    assert told == [
        ("01_revenue", "succeeded", "failed", "cell 4"),
        ("02_sales", "skipped", "succeeded", ""),
    ]


def test_a_run_held_against_itself_changed_nothing():
    one = ran(manifest(inputs=[TABLE]), [finding("a", 1.0)], [number(1.0)])
    assert empty(compare(one, one)) and compare(one, one)["since"] == "20260901-060000"


# the run before


def test_the_run_before_has_the_same_workspace_and_parameters():
    now = manifest(ended(period="2026-Q2"))
    same = manifest(ended(period="2026-Q2"), run="2")
    assert previous(now, [manifest(ended(period="2026-Q1"), run="3"), same]) == same
    assert previous(now, [manifest(ended(period="2026-Q2"), workspace="Other")]) is None
    assert previous(now, []) is None


def test_a_whole_pack_is_held_against_a_pack_not_a_single_report():
    pack = manifest(ended(), ended("02_sales"), run="1")
    alone = manifest(ended(), run="2")
    assert previous(manifest(ended(), ended("02_sales")), [alone, pack]) == pack
    assert previous(manifest(ended(), ended("02_sales")), [alone]) == alone
    assert previous(manifest(ended()), [alone, pack]) == alone


def test_a_run_that_failed_before_it_knew_its_workspace_counts():
    nameless = manifest(ended(status="failed"), workspace=None)
    assert previous(manifest(), [nameless]) == nameless
    assert previous(nameless, [manifest()]) == manifest()
