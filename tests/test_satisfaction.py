"""What customers say: shares of those who answered, intervals, and what they did afterwards."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from conftest import sales_lines, typed

from revwork.analysis.customers import churn_history, satisfaction
from revwork.calendar import Calendar, Comparison, Period
from revwork.findings import Unanswered
from revwork.metrics import wilson
from revwork.report.words import Reader

SAY = Reader().say


def surveys(*scores, kind="nps", **more):
    rows = [
        {"survey_id": f"s{n}", "sent_on": "2026-01-05", "kind": kind, "score": score, **more}
        for n, score in enumerate(scores)
    ]
    return typed("surveys", rows)


def test_promoters_less_detractors_of_those_who_answered(elsewhere):
    row = satisfaction.nps(surveys(10, 9, 9, 8, 7, 6, 0, None, None, None)).iloc[0]
    assert (row.sent, row.answered, row.answer_rate) == (10, 7, 0.7)
    assert row.nps == pytest.approx(100 * (3 - 2) / 7)
    half = 100 * 1.959964 * np.sqrt((3 / 7 + 2 / 7 - (1 / 7) ** 2) / 7)
    assert row.high_nps == pytest.approx(min(row.nps + half, 100))


def test_nobody_answered_is_not_known_and_all_alike_have_no_interval():
    row = satisfaction.nps(surveys(None, None)).iloc[0]
    assert (row.sent, row.answered) == (2, 0) and np.isnan(row.nps)
    assert np.isnan(satisfaction.nps(surveys()).nps[0])
    for score, told in ((10, 100), (7, 0), (0, -100)):
        row = satisfaction.nps(surveys(*[score] * 4)).iloc[0]
        assert row.nps == told and np.isnan(row.low_nps)


def test_the_card_stands_beside_the_year_before_and_is_not_there_without_an_answer():
    january, past = (Period(f"{y}-01", date(y, 1, 1), date(y, 2, 1)) for y in (2026, 2025))
    compared = Comparison(january, january, past, "year ago", False)
    both = surveys(10, 9, 0).union(surveys(10, 8, sent_on="2025-01-05"))
    (card,) = satisfaction.headline(both, compared, Calendar())
    assert card.value == pytest.approx(100 / 3) and card.comparison == 50 and card.n == 3
    assert len(card.series) == 12 and card.series[-1] == card.value
    assert satisfaction.headline(surveys(None), compared, Calendar()) == []


def test_marks_from_one_to_five_are_no_recommendation():
    both = surveys(5, 5, kind="csat").union(surveys(0))
    assert satisfaction.nps(both).nps[0] == -100 and satisfaction.csat(both)["share"][0] == 1


def test_both_ways_to_write_the_error_are_the_same_and_right_by_simulation():
    draws = np.random.default_rng(4)
    for p, d in ((0.5, 0.2), (0.9, 0.05), (0.1, 0.1), (0.0, 0.4)):
        n = 80
        made = draws.multinomial(n, [p, d, 1 - p - d], 40_000)
        error = float(satisfaction._error(pd.Series([p]), pd.Series([d]), pd.Series([n]))[0])
        assert error == pytest.approx(np.sqrt((p * (1 - p) + d * (1 - d) + 2 * p * d) / n))
        assert np.std((made[:, 0] - made[:, 1]) / n) == pytest.approx(error, rel=0.02)


def test_csat_is_the_share_of_four_and_five():
    row = satisfaction.csat(surveys(5, 4, 3, 1, None, kind="csat")).iloc[0]
    assert (row.answered, row["share"]) == (4, 0.5) and row.low_share < 0.5 < row.high_share
    assert np.isnan(satisfaction.csat(surveys(kind="csat"))["share"][0])


def test_parts_hold_every_answer_and_one_not_recorded_is_there():
    both = surveys(9, 3, region="Spain").union(surveys(8))
    found = satisfaction.nps(both, ["region"])
    assert found.answered.sum() == 3 and found.region.isna().sum() == 1


def test_a_move_inside_its_interval_is_none():
    few, many = [9, 9, 3, 7], [9, 9, 3, 7] * 60
    before = satisfaction.nps(surveys(*few, region="Spain"), ["region"])
    same = satisfaction.moves(before, before, "region").iloc[0]
    assert (same.change, same.moved) == (0, False)
    worse = satisfaction.nps(surveys(*[9, 3, 3, 7], region="Spain"), ["region"])
    assert not satisfaction.moves(worse, before, "region").moved[0]
    before, worse = (
        satisfaction.nps(surveys(*scores, region="Spain"), ["region"])
        for scores in (many, [9, 3, 3, 7] * 60)
    )
    found = satisfaction.moves(worse, before, "region")
    assert found.moved[0] and found.change[0] == -50 and found.sure[0] > 0.99
    assert SAY(satisfaction.scores(found)) == "Spain moved most: from 25 to −25"
    assert SAY(satisfaction.scores(found[:0])) == "No score moved beyond chance"


def test_a_part_without_an_answer_before_has_no_move():
    now = satisfaction.nps(surveys(9, 3, region="Spain"), ["region"])
    row = satisfaction.moves(now, now[:0], "region").iloc[0]
    assert np.isnan(row.change) and not row.moved and np.isnan(row.sure)


def test_a_month_without_an_answer_is_empty_and_not_nothing():
    months = Calendar().complete_months(date(2026, 2, 28), 2)
    rows = satisfaction.path(surveys(9, 9, 0), months)
    assert rows.value[0] == pytest.approx(100 / 3) and np.isnan(rows.value[1])
    assert rows.n.tolist() == [3, 0] and rows.name.tolist() == ["2026-01", "2026-02"]


# afterwards

FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)


def buyers(**stops):
    """Customers who buy every ten days from the first day until their own."""
    rows = []
    for name, stop in stops.items():
        day = FIRST
        while day <= stop:
            rows.append({"order_id": f"{name}{day}", "customer_id": name, "net_amount": 10,
                         "order_date": day.isoformat(), "segment": "Office"})  # fmt: skip
            day += timedelta(days=10)
    return churn_history.days(sales_lines(rows))


def afterwards(asked, **stops):
    days = buyers(**stops)
    return satisfaction.afterwards(asked, days, churn_history.gaps(days), LAST)


def asked(*rows):
    """Surveys as (customer, day, score)."""
    return typed("surveys", [
        {"survey_id": f"s{n}", "sent_on": day, "kind": "nps", "score": score, "customer_id": name}
        for n, (name, day, score) in enumerate(rows)
    ])  # fmt: skip


def test_who_left_and_what_they_spent_by_how_they_answered(elsewhere):
    rows = asked(("a", "2025-06-30", 10), ("b", "2025-06-30", 2), ("c", "2025-06-30", None))
    found = afterwards(rows, a=LAST, b=date(2025, 6, 30), c=LAST).set_index("answer")
    assert found.left_share.to_dict() == {"Promoters": 0, "Detractors": 1, "No answer": 0}
    assert set(found.before_amount) == {180}
    assert found.after_amount["Promoters"] == 180 and found.after_amount["Detractors"] == 0
    assert found.customers.sum() == 3


def test_the_last_answer_of_a_customer_speaks_and_a_silence_only_where_there_is_none():
    rows = asked(("a", "2025-05-01", 2), ("a", "2025-06-01", 9), ("a", "2025-07-01", None))
    found = afterwards(rows, a=LAST)
    assert found.answer.tolist() == ["Promoters"] and found.customers.tolist() == [1]


def test_what_is_too_fresh_to_judge_or_names_nobody_is_a_sentence():
    for rows in (asked(("a", "2026-06-01", 9)), asked((None, "2025-06-01", 9)), asked()):
        with pytest.raises(Unanswered, match="fill customer_id in surveys"):
            afterwards(rows, a=LAST)


def told(n, gone):
    rows = pd.DataFrame({"answer": ["Promoters", "Detractors"], "customers": n})
    shares = wilson(pd.Series(gone, dtype=float), rows.customers, 0.95)
    return rows.join(shares.set_axis(["left_share", "low_left_share", "high_left_share"], axis=1))


def test_a_link_is_claimed_only_beyond_chance_and_called_correlation():
    assert "not leave clearly more often" in SAY(satisfaction.reading(told([20, 20], [4, 6])))
    said = SAY(satisfaction.reading(told([400, 400], [80, 160])))
    assert said.startswith("Of detractors 20 pp more leave") and "correlation" in said
    assert "nothing to compare" in SAY(satisfaction.reading(told([20, 20], [4, 6])[:1]))
