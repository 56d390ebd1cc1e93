"""Findings that tell of one thing are one topic; what merely stands side by side is not."""

from hypothesis import given
from hypothesis import strategies as st

from revwork.analysis import folded
from revwork.analysis.folded import topics

_RANK = iter(range(10_000))


def finding(metric, where, money=None, direction="weakness", kind="change", **known):
    """A row of findings.json; `money`: value, low, high."""
    impact = dict(zip(("value", "low", "high"), money, strict=True)) if money else None
    told = {"period": "2026-Q2", "confidence": 1.0, "id": f"{metric}{next(_RANK):05}"}
    said = {"metric": metric, "segment": where, "direction": direction, "kind": kind}
    return {**told, **said, "impact": impact, **known}


def folded_into(*rows):
    """The metrics of each topic, lead first."""
    return [[row["metric"] for row in topic.rows] for topic in topics(rows)]


HOTELS = {"region": "United Kingdom", "segment": "Hotels"}
NICHE = finding("orders_multiple", HOTELS, (129, 81, 167), "opportunity")


def test_a_mover_is_part_of_the_topic_whose_cause_it_shows():
    mover = finding("net_revenue", HOTELS, (74, 26, 121), "strength")
    assert folded_into(mover, NICHE) == [["orders_multiple", "net_revenue"]]


def test_a_part_of_the_segment_that_grew_belongs_to_it_and_the_whole_does_not():
    part = finding("net_revenue", {**HOTELS, "channel": "Web shop"}, (90, 26, 121), "strength")
    whole = finding("net_revenue", {"region": "United Kingdom"}, (90, 26, 121), "strength")
    assert len(topics([NICHE, part])) == 1
    assert len(topics([NICHE, whole])) == 2


def test_a_mover_that_went_the_other_way_is_a_topic_of_its_own():
    mover = finding("net_revenue", HOTELS, (-74, -121, 167), "weakness")
    assert len(topics([NICHE, mover])) == 2


def test_more_money_than_a_cause_can_be_is_not_explained_by_it():
    mover = finding("net_revenue", HOTELS, (300, 200, 400), "strength")
    assert len(topics([NICHE, mover])) == 2


def test_stars_that_fell_explain_the_score_of_the_same_region_and_of_no_other():
    stars = finding("rating", {"region": "Spain"}, (-51, -86, -24), "threat")
    here, there = (finding("nps", {"region": region}) for region in ("Spain", "France"))
    assert folded_into(here, there, stars) == [["rating", "nps"], ["nps"]]


def test_a_score_that_fell_alone_stays_and_so_does_one_without_a_rule():
    score, pace = finding("nps", {"region": "Spain"}), finding("win_rate", {"region": "Spain"})
    assert len(topics([score, pace])) == 2


def test_empty_seats_explain_what_their_region_lost_and_not_one_segment_of_it():
    seats = finding("seats_empty", {"region": "France", "team": "sales"}, (-102, -188, -16))
    region = finding("net_revenue", {"region": "France"}, (-80, -150, -10))
    part = finding("net_revenue", {"region": "France", "segment": "Office"}, (-80, -150, -10))
    assert folded_into(part, region, seats) == [["seats_empty", "net_revenue"], ["net_revenue"]]


def test_a_rival_that_cut_explains_our_price_there_and_in_no_other_category():
    cut = {"category": "Filter brewers", "competitor": "Kontor Nord"}
    cause = finding("competitor_price", cut, (-17, -27, -8), "threat")
    here, there = (
        finding("price_index", {"category": one}, kind="level") for one in ("Filter brewers", "Tea")
    )
    assert folded_into(here, there, cause) == [["competitor_price", "price_index"], ["price_index"]]


def test_money_that_moved_leads_both_returns_though_one_of_them_rose():
    moved = finding("budget_moved", {"medium": "Social", "from_medium": "Display"}, (-38, -58, -17))
    social = finding("roi", {"medium": "Social"}, (-67, -84, -50), "threat")
    display = finding("roi", {"medium": "Display"}, (29, 18, 41), "opportunity")
    other = finding("roi", {"medium": "Search"}, (43, 27, 58), "strength", "level")
    assert folded_into(social, display, other, moved) == [["budget_moved", "roi", "roi"], ["roi"]]


def test_the_move_leads_what_moving_back_may_gain_and_every_return_follows_the_move():
    where = {"medium": "Social", "from_medium": "Display"}
    moved = finding("budget_moved", where, (-38, -58, -17))
    back = finding("budget_moved", where, (90, -7, 180), "opportunity", "opportunity")
    social = finding("roi", {"medium": "Social"}, (-67, -84, -50), "threat")
    (one,) = topics([back, social, moved])
    assert one.lead is moved and one.others == (social, back)
    assert len(topics([moved, {**back, "segment": {**where, "medium": "Search"}}])) == 2


def test_without_moved_money_two_returns_are_two_topics():
    social = finding("roi", {"medium": "Social"}, (-67, -84, -50), "threat")
    display = finding("roi", {"medium": "Display"}, (29, 18, 41), "opportunity")
    assert len(topics([social, display])) == 2


def test_steps_of_one_device_are_one_topic_and_those_of_another_segment_are_not():
    small, large = (
        finding("step_rate", {"device": "phone", "step": step}, (-size, -40, -5), kind="level")
        for step, size in (("visit", 14), ("cart", 30))
    )
    other = finding(
        "step_rate", {"region": "Germany", "step": "cart"}, (-13, -20, -5), kind="level"
    )
    first, second = topics([small, large, other])
    assert first.lead is large and first.others == (small,) and second.lead is other


def test_what_changed_at_two_steps_is_two_topics():
    steps = [
        finding("step_rate", {"device": "phone", "step": step}, (-9, -12, -5))
        for step in ("visit", "cart")
    ]
    assert len(topics(steps)) == 2


def test_two_categories_to_raise_are_one_topic_and_two_customers_that_cost_money_are_two():
    prices = [
        finding("price_best", {"category": one}, (30, 20, 40), "opportunity", "opportunity")
        for one in ("Beans", "Tea")
    ]
    customers = [
        finding("customer_margin", {"customer_id": one}, (-30, -40, -20), kind="level")
        for one in ("C1", "C2")
    ]
    assert sorted(map(len, folded_into(*prices, *customers))) == [1, 1, 2]


def test_a_step_that_broke_off_explains_what_stands_at_that_step_and_not_at_the_next():
    broke = {"device": "desktop", "region": "Germany", "step": "payment"}
    cause = finding("step_conversion", broke, (-26, -36, -16))
    here = finding(
        "step_rate", {"region": "Germany", "step": "payment"}, (-20, -30, -9), kind="level"
    )
    next_ = finding(
        "step_rate", {"region": "Germany", "step": "cart"}, (-20, -30, -9), kind="level"
    )
    assert folded_into(here, next_, cause) == [["step_conversion", "step_rate"], ["step_rate"]]


def test_what_happened_comes_before_what_has_long_stood_and_no_money_comes_last():
    tier = finding("revenue_at_risk", {"tier": "A"}, (-115, -134, -96), "threat", "level")
    account = finding("customer_margin", {"customer_id": "C1"}, (-27, -36, -17), kind="level")
    score = finding("nps", {"region": "Spain"})
    rate = finding("discount_rate", {"owner": "Amy"}, (-19, -28, -10))
    ranked = folded_into(score, tier, rate, account)
    assert ranked == [["customer_margin"], ["discount_rate"], ["revenue_at_risk"], ["nps"]]


def test_a_doubtful_finding_ranks_below_a_surer_one_of_less_money():
    doubtful = finding("discount_rate", {"owner": "A"}, (-50, -120, 20), confidence=0.3)
    sure = finding("discount_rate", {"owner": "B"}, (-20, -25, -15), confidence=1.0)
    assert [topic.lead for topic in topics([doubtful, sure])] == [sure, doubtful]
    assert folded.weight(doubtful) == 15


def test_no_findings_are_no_topics():
    assert topics([]) == []


METRICS = sorted({name for pair in folded.CAUSES for name in pair} | {*folded.SERIES, "roi"})
WHERE = st.dictionaries(
    st.sampled_from(["region", "segment", "step", "category", "device"]), st.sampled_from("ab")
)
ROWS = st.lists(
    st.builds(
        finding,
        st.sampled_from([*METRICS, "budget_moved"]),
        WHERE,
        st.sampled_from([None, (5, 1, 9), (-5, -9, -1)]),
        st.sampled_from(["strength", "weakness"]),
        st.sampled_from(["change", "level"]),
    ),
    max_size=12,
)


@given(ROWS)
def test_each_finding_is_in_one_topic_whatever_their_order(rows):
    one, other = topics(rows), topics(rows[::-1])
    assert sorted(row["id"] for topic in one for row in topic.rows) == sorted(
        row["id"] for row in rows
    )
    assert one == other
