"""Alert rules: each kind of limit at its edge, what cannot be judged, and what a file may say."""

import random

import pytest

import revwork
from revwork.data.wording import DataError
from revwork.findings import Message
from revwork.report.words import Reader
from revwork.run.alerts import Rule, Said, expected, judge

SAY = Reader().say


def number(value, metric="net_revenue", **more):
    one = {"metric": metric, "value": value, "unit": "money", "comparison": 100.0, "target": 100.0}
    told = {"period": "2026-06", "segment": {}, "series": [], "notebook": "01_revenue"}
    return {**one, **told, **more}


def finding(value, metric="net_revenue", **segment):
    impact = None if value is None else {"value": value, "low": 0, "high": 0, "currency": "EUR"}
    where = {"segment": segment, "period": "2026-06", "notebook": "01_revenue"}
    return {"metric": metric, "impact": impact, "claim": f"{metric} moved", **where}


def judged(rule, *kpis, findings=(), ended=None, **earlier):
    ended = {"01_revenue": "succeeded"} if ended is None else ended
    return judge([Rule(**rule)], Said(kpis, findings, ended, **earlier))


def kinds(rule, *kpis, **more):
    found = judged(rule, *kpis, **more)
    assert found.unjudged == []
    return [one.kind for one in found.alerts]


def why(rule, *kpis, **more):
    found = judged(rule, *kpis, **more)
    assert found.alerts == []
    return [SAY(one.why) for one in found.unjudged]


# limits


@pytest.mark.parametrize(
    "limit, value, raised",
    [
        ({"above": 90}, 90.0, False),
        ({"above": 90}, 90.1, True),
        ({"below": 90}, 90.0, False),
        ({"below": 90}, 89.9, True),
        ({"below": 0}, -1.0, True),
        ({"falls": 0.1}, 90.0, True),
        ({"falls": 0.1}, 90.1, False),
        ({"rises": 0.1}, 110.0, True),
        ({"rises": 0.1}, 109.9, False),
        ({"rises": 0.1}, 80.0, False),
        ({"short_of_target": 0}, 100.0, False),
        ({"short_of_target": 0}, 99.9, True),
        ({"short_of_target": 0.05}, 95.0, False),
        ({"short_of_target": 0.05}, 94.9, True),
    ],
)
def test_a_limit_is_passed_beyond_its_edge_and_a_share_is_reached_at_it(limit, value, raised):
    rule = {"metric": "net_revenue", **limit}
    assert kinds(rule, number(value)) == ([*limit] if raised else [])


def test_a_rule_with_several_limits_is_broken_by_each():
    rule = {"metric": "net_revenue", "below": 90, "falls": 0.1, "short_of_target": 0}
    assert kinds(rule, number(80.0)) == ["below", "falls", "short_of_target"]


def test_a_fall_is_a_share_of_the_comparison_in_every_unit_and_below_zero():
    rule = {"metric": "net_revenue", "falls": 0.1}
    assert kinds(rule, number(0.36, unit="percent", comparison=0.4)) == ["falls"]
    assert kinds(rule, number(-120.0, comparison=-100.0)) == ["falls"]


def test_an_alert_says_what_where_and_against_what():
    (one,) = judged({"metric": "net_revenue", "falls": 0.1}, number(75.0)).alerts
    assert (one.metric, one.segment, one.period, one.unit) == (
        "net_revenue",
        {},
        "2026-06",
        "money",
    )
    assert (one.value, one.limits, one.beside, one.share) == (75.0, (0.1,), 100.0, 0.25)


# parts of the business


def test_a_rule_is_of_its_own_part_and_of_the_whole_where_it_names_none():
    north = number(10.0, segment={"region": "North"})
    rule = {"metric": "net_revenue", "below": 50}
    assert kinds(rule, number(80.0), north) == []
    (alert,) = judged({**rule, "segment": {"region": "North"}}, number(80.0), north).alerts
    assert alert.segment == {"region": "North"}


def test_a_part_that_is_not_told_apart_is_said():
    rule = {"metric": "net_revenue", "below": 50, "segment": {"region": "Nord"}}
    assert why(rule, number(1.0)) == [
        "It is known for the whole alone: run a report of that part, only=region=Nord."
    ]
    north = number(1.0, segment={"region": "North"})
    assert why(rule, north) == ["It is known for North, not for this part."]
    whole = {"metric": "net_revenue", "below": 50}
    assert why(whole, north) == ["It is known for North, not for the whole."]


# what is expected of a month


def test_the_interval_is_that_of_the_formula():
    """Mean 10, s = 2 of eight values; t(0.995; 7) = 3.4995; √(1 + 1/8) = 1.0607."""
    low, high = expected([8, 12] * 4)
    reach = 3.4995 * (32 / 7) ** 0.5 * 1.06066
    assert (low, high) == pytest.approx((10 - reach, 10 + reach), abs=1e-3)


def test_a_month_outside_what_the_months_before_let_expect_is_told_with_the_interval():
    months = [100.0, 104, 96, 101, 99, 103, 97, 102, 98, 100, 100, 60]
    rule = {"metric": "net_revenue", "unexpected": True}
    (alert,) = judged(rule, number(300.0, series=months)).alerts
    assert (alert.value, alert.limits) == (60, expected(months[:-1]))
    assert kinds(rule, number(300.0, series=[*months[:-1], 108.0])) == []


def test_too_few_months_expect_nothing_and_that_is_said():
    rule = {"metric": "net_revenue", "unexpected": True}
    sentence = "Months known before its last: {}; at least 6 are needed."
    assert expected([1, 2, 3, 4, 5, None]) is None
    assert why(rule, number(1.0, series=[1, None, 3, 4, 5, 6, 9])) == [sentence.format(5)]
    assert why(rule, number(1.0)) == [sentence.format(0)]
    assert why(rule, number(1.0, series=[1.0] * 7 + [None])) == [sentence.format(7)]


def test_a_month_as_all_before_it_is_expected_though_floats_differ():
    rule = {"metric": "net_revenue", "unexpected": True}
    assert kinds(rule, number(1.0, series=[0.3] * 11 + [0.1 + 0.2])) == []
    assert kinds(rule, number(1.0, series=[0.3] * 11 + [0.31])) == ["unexpected"]


def test_about_one_quiet_month_in_a_hundred_is_called_unexpected():
    draw = random.Random(1)
    quiet = [[draw.gauss(100, 10) for _ in range(12)] for _ in range(4000)]
    out = 0
    for *before, last in quiet:
        low, high = expected(before)
        out += not low <= last <= high
    assert 0.006 < out / 4000 < 0.014


# findings


def test_a_finding_of_enough_money_either_way_is_told():
    told = [finding(-900.0), finding(1000.0), finding(999.0), finding(None)]
    assert [one.value for one in judged({"impact": 900}, findings=told).alerts] == [-900, 1000, 999]
    assert kinds({"impact": 1000, "metric": "net_revenue"}, findings=told) == ["impact"]


def test_a_finding_is_of_the_part_that_a_rule_names_or_of_a_part_of_it():
    told = [finding(10.0, region="North", device="phone"), finding(10.0, region="South")]
    (alert,) = judged({"impact": 1, "segment": {"region": "North"}}, findings=told).alerts
    assert alert.segment == {"region": "North", "device": "phone"} and alert.unit == "EUR"


def test_findings_that_are_missing_because_a_report_failed_are_said():
    ended = {"01_revenue": "failed", "02_sales_flow": "skipped"}
    assert why({"impact": 1}, ended=ended) == ["The findings of 01_revenue are missing."]


# what cannot be judged


def test_a_number_that_is_null_raises_nothing_and_is_said():
    rule = {"metric": "net_revenue", "below": 50, "falls": 0.1}
    assert why(rule, number(None)) == ["It is unknown in 2026-06."]


@pytest.mark.parametrize(
    "limit, lacking, sentence",
    [
        ({"falls": 0.1}, {"comparison": None}, "There is nothing to compare it with."),
        ({"rises": 0.1}, {"comparison": 0.0}, "There is nothing to compare it with."),
        ({"short_of_target": 0}, {"target": None}, "There is no target for it."),
    ],
)
def test_what_a_limit_is_held_against_may_be_missing(limit, lacking, sentence):
    assert why({"metric": "net_revenue", **limit}, number(1.0, **lacking)) == [sentence]


def test_an_unknown_metric_is_never_silent():
    rule = {"metric": "net_revenu", "below": 1}
    meant = "Nobody knows “net_revenu”; did you mean “net_revenue”?"
    assert why(rule, number(5.0)) == [meant]
    assert why(rule, numbers={"net_revenue": "01_revenue"}) == [meant]
    assert why({"metric": "xyz", "below": 1}, number(5.0)) == ["No number is called “xyz”."]
    assert why({"metric": "xyz", "impact": 1}) == ["No finding has ever told of “xyz”."]


@pytest.mark.parametrize("status", ["failed", "skipped", "timed_out", "killed"])
def test_a_metric_whose_report_did_not_succeed_could_not_be_judged(status):
    rule, ended = {"metric": "net_revenue", "below": 1}, {"01_revenue": status}
    (said,) = why(rule, ended=ended, numbers={"net_revenue": "01_revenue"})
    assert said == f"It cannot be judged: 01_revenue, {status.replace('_', ' ')}."
    (said,) = why(rule, ended=ended)
    assert said == "It is unknown, perhaps because these did not succeed: 01_revenue."


def test_a_metric_whose_report_was_not_asked_for_is_not_judged():
    rule = {"metric": "churn_rate", "above": 0.1}
    assert kinds(rule, number(1.0), numbers={"churn_rate": "04_customers"}) == []


def test_the_same_complaint_is_made_once():
    rules = [Rule("net_revenue", falls=0.1), Rule("net_revenue", falls=0.2)]
    said = Said([number(1.0, comparison=None)], [], {})
    assert len(judge(rules, said).unjudged) == 1
    assert all(isinstance(one.why, Message) for one in judge(rules, said).unjudged)


# revwork.toml


def opened(folder, text):
    (folder / "revwork.toml").write_text('currency = "EUR"\n' + text)
    return revwork.open_company(folder)


def test_rules_are_read_from_the_file(tmp_path):
    text = '[[alerts]]\nmetric = "orders"\nbelow = 10\n[[alerts]]\nimpact = 5000\n'
    assert opened(tmp_path, text).alerts == (Rule("orders", below=10), Rule(impact=5000))
    assert opened(tmp_path, "").alerts == ()


@pytest.mark.parametrize(
    "rule, complaint",
    [
        ('metric = "a"', "[alerts.1] has no limit: add one of above, below, falls"),
        ("below = 3", '[alerts.1] metric is missing: add metric = "…"'),
        ('metric = "a"\nbelo = 3', '[alerts.1] "belo" is not known; did you mean "below"?'),
        ('metric = "a"\nbelow = "x"', "[alerts.1] below should be a valid number"),
        ('metric = "a"\nfalls = -0.1', "[alerts.1] falls should be greater than 0"),
        ('metric = "a"\nshort_of_target = 5', "[alerts.1] short_of_target should be less than 1"),
        ('metric = "a"\nabove = nan', "[alerts.1] above should be a finite number"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_with_its_place(tmp_path, rule, complaint):
    with pytest.raises(DataError) as error:
        opened(tmp_path, f"[[alerts]]\n{rule}\n")
    assert complaint in str(error.value), str(error.value)
