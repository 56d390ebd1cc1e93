"""How often past recommendations came true."""

import pandas as pd

from revwork.analysis.actions import hit_rate


def rows(*told):
    return pd.DataFrame(told, columns=["has_sign", "is_clear", "is_within"], dtype=object)


def test_each_share_is_of_the_effects_that_can_be_told():
    found = hit_rate.rates(
        rows((True, True, True), (True, False, False), (False, False, True), (None, None, None))
    )
    assert found.hit.tolist() == ["expected_sign", "beyond_chance", "expected_size"]
    assert found.hit_count.tolist() == [2, 1, 2] and set(found.n) == {3}
    assert found.hit_share.round(3).tolist() == [0.667, 0.333, 0.667]


def test_the_interval_is_wilsons():
    found = hit_rate.rates(rows(*[(True, True, True)] * 8, *[(False, False, False)] * 2))
    assert (round(found.low_hit_share[0], 3), round(found.high_hit_share[0], 3)) == (0.490, 0.943)


def test_where_no_effect_can_be_told_the_share_is_not_known():
    found = hit_rate.rates(rows((None, None, None)))
    assert found.n.tolist() == [0, 0, 0] and found.hit_share.isna().all()
    assert hit_rate.reading(found).template == "No effect can be told yet"


def test_all_hits_and_none():
    every, none = (hit_rate.rates(rows(*[(one,) * 3] * 5)) for one in (True, False))
    assert (set(every.hit_share), set(none.hit_share)) == ({1.0}, {0.0})
    assert hit_rate.reading(every).values["n"] == 5


def test_without_any_action_nothing_is_counted():
    assert hit_rate.rates(rows()).n.tolist() == [0, 0, 0]
