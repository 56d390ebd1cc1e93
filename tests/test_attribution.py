"""Attribution: eight rules on journeys one can split by hand, and the published data set."""

from itertools import permutations

import ibis
import pandas as pd
import pytest
from by_hand import contacts

from revwork.analysis.marketing import attribution, journeys
from revwork.findings import Unanswered

EXAMPLE = [("g", "o1"), ("g", "o2"), ("m", "o3"), ("g m", "o4"), ("g", None)]
ORDERS = [(f"o{n}", 100, 60) for n in range(1, 6)]


def credited(paths, model, orders=ORDERS, by="medium"):
    rows = attribution.credits(journeys.tell_apart(contacts(paths, orders), by), model)
    return rows.set_index("unit")


def conversions(paths, model, **options):
    return credited(paths, model, **options).conversions.round(9).to_dict()


def test_markov_with_lost_journeys_is_the_published_example():
    found = credited(EXAMPLE, "markov_with_lost")
    assert found.conversions.round(9).to_dict() == {"g": 2.4, "m": 1.6}
    assert found.revenue.round(6).to_dict() == {"g": 240, "m": 160}
    assert found.margin.round(6).to_dict() == {"g": 96, "m": 64}


def test_markov_without_them_looks_at_converting_journeys_alone():
    assert conversions(EXAMPLE, "markov") == conversions(EXAMPLE[:4], "markov")
    assert conversions(EXAMPLE, "markov") == {"g": 2.4, "m": 1.6}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first_contact", {"a": 1, "b": 0, "c": 0}),
        ("last_contact", {"a": 0, "b": 0, "c": 1}),
        ("linear", {"a": 0.5, "b": 0.25, "c": 0.25}),
        ("position", {"a": 0.5, "b": 0.1, "c": 0.4}),
        ("shapley", {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
    ],
)
def test_a_rule_splits_a_journey_of_four(model, expected, elsewhere):
    found = conversions([("a b a c", "o1")], model)
    assert found == pytest.approx(expected, abs=1e-9)


def test_position_gives_one_contact_all_and_two_half_each():
    assert conversions([("a", "o1")], "position") == {"a": 1}
    assert conversions([("a b", "o1")], "position") == {"a": 0.5, "b": 0.5}


def test_time_decay_halves_in_seven_days(elsewhere):
    found = conversions([("a x x x x x x b", "o1")], "time_decay")
    assert found["b"] == pytest.approx(2 * found["a"])


def test_shapley_is_the_mean_over_all_orders_of_entry():
    paths = [("a b", "o1"), ("a", "o2"), ("b c a b", "o3"), ("c", "o4")]
    won = [{"a", "b"}, {"a"}, {"a", "b", "c"}, {"c"}]

    def value(coalition):
        return sum(path <= coalition for path in won)

    expected = dict.fromkeys("abc", 0.0)
    for order in permutations("abc"):
        for at, name in enumerate(order):
            gain = value({*order[: at + 1]}) - value({*order[:at]})
            expected[name] += gain / 6
    assert conversions(paths, "shapley") == pytest.approx(expected)


@pytest.mark.parametrize("model", attribution.MODELS)
def test_the_parts_add_up_to_orders_customers_revenue_and_margin(model):
    paths = [*EXAMPLE, ("a b a", "o5"), ("b b", None)]
    found = credited(paths, model)
    sums = found[["conversions", "customers", "revenue", "margin"]].sum()
    assert sums.round(6).to_list() == [5, 5, 500, 200]
    assert (found.low_conversions <= found.conversions).all()
    assert (found.conversions <= found.high_conversions).all()


def test_an_order_claimed_twice_is_credited_once():
    found = credited([("a", "o1"), ("b", "o1")], "linear", orders=[("o1", 100, 60)])
    assert found.conversions.to_dict() == {"a": 0.5, "b": 0.5} and found.revenue.sum() == 100


def test_a_unit_met_only_on_lost_journeys_earns_nothing():
    found = conversions([("a", "o1"), ("b", None)], "markov_with_lost")
    assert found == {"a": 1, "b": 0}


def test_campaigns_are_judged_as_media_are():
    found = conversions([("a:1 b", "o1"), ("a:2", "o2")], "linear", by="campaign")
    assert found == {"1": 0.5, "2": 1, "b": 0.5}


@pytest.mark.parametrize("model", attribution.MODELS)
def test_without_an_order_there_is_nothing_to_credit(model):
    for paths in ([], [("a", None)]):
        with pytest.raises(Unanswered, match="order_id"):
            credited(paths, model)


def test_where_no_cost_is_known_margin_is_unknown_and_revenue_is_not():
    found = credited([("a", "o1")], "markov", orders=[("o1", 100, None)])
    assert found.margin.isna().all() and found.revenue.sum() == 100


def test_the_models_side_by_side_have_the_same_whole():
    rows = journeys.tell_apart(contacts([*EXAMPLE, ("a b", "o5")], ORDERS), "medium")
    wide = attribution.side_by_side(rows, "revenue").pivot(
        index="model", columns="unit", values="value"
    )
    assert wide.sum(axis=1).round(6).to_list() == [500] * 8
    assert len(set(wide.round(3).itertuples(index=False))) > 3


def test_the_interval_narrows_with_more_journeys():
    def width(times):
        paths, orders = [], []
        for n in range(60 * times):
            paths.append((("a", "b", "a b", "b a a")[n % 4], f"p{n}" if n % 3 else None))
            orders.append((f"p{n}", 100 + n % 7, 60))
        found = credited(paths, "markov_with_lost", orders=orders)
        return ((found.high_conversions - found.low_conversions) / found.conversions).mean()

    assert width(9) < 0.5 * width(1)


@pytest.fixture(scope="module")
def published(data_set):
    """PathData of ChannelAttribution: each path with its conversions, value and nulls."""
    data = pd.read_csv(data_set("channelattribution_paths") / "PathData.csv", sep=";")
    data = data.rename_axis("number").reset_index()
    data["unit"] = data.path.str.split(" > ")
    rows = data.assign(steps=data.unit.str.len()).explode("unit", ignore_index=True)
    rows["place"] = rows.groupby("number").cumcount()
    rows["to"] = rows.groupby("number").unit.shift(-1)
    rows = rows.assign(part=rows.number % 40, customers=0.0, margin=0.0, before_days=0)
    won = rows.assign(
        **{"path_id": "c" + rows.number.astype(str), "outcome": "converted"},
        **{"weight": rows.total_conversions.astype(float), "revenue": rows.total_conversion_value},
        conversions=rows.total_conversions.astype(float),
    )
    lost = rows.assign(
        **{"path_id": "n" + rows.number.astype(str), "outcome": "lost", "revenue": 0.0},
        **{"weight": rows.total_null.astype(float), "conversions": 0.0},
    )
    both = pd.concat([won, lost])
    columns = [
        "path_id",
        "unit",
        "to",
        "place",
        "steps",
        "part",
        "outcome",
        "weight",
        "before_days",
    ]
    return ibis.memtable(both[both.weight > 0][columns + list(attribution.MEASURES)])


def test_markov_meets_the_published_paths(published):
    found = attribution.credits(published, "markov").set_index("unit").conversions
    known = {"alpha": 5260.1, "iota": 3899.2, "eta": 3347.8, "beta": 2585.4}
    assert found[[*known]].round(1).to_dict() == known and found.sum() == pytest.approx(19_785)
    with_lost = attribution.credits(published, "markov_with_lost").set_index("unit")
    assert round(with_lost.conversions["alpha"], 1) == 5344.9


@pytest.mark.parametrize("model", attribution.MODELS)
def test_every_model_credits_all_published_conversions(published, model):
    found = attribution.credits(published, model)
    assert found.conversions.sum() == pytest.approx(19_785, abs=1e-6)
    assert found.revenue.sum() == pytest.approx(74_802.97, abs=0.01)


def test_the_engine_counts_every_step_of_a_journey_once(published):
    units, counts = attribution.transitions(published)
    whole = counts.sum(0)
    rows = published.execute()
    assert len(units) == 12 and whole.sum() == pytest.approx(
        rows.weight.sum() + rows[rows.place == 0].weight.sum()
    )
    assert whole[1:, -2].sum() == 19_785 and whole[1:, -1].sum() == 68_602
    assert whole[0].sum() == 19_785 + 68_602
