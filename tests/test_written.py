"""What an analysis returns is written as text that holds data only, and reads back the same."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from revwork.calendar import Calendar
from revwork.data.written import read, written
from revwork.findings import Message, Word

FRAME = pd.DataFrame(
    {
        "amount": [1.5, np.nan],
        "name": [Word("All"), None],
        "day": [date(2026, 1, 2), np.nan],
        "exact": [Decimal("1.20"), Decimal(2)],
        "moment": pd.to_datetime(["2026-01-02", None]),
        "is_own": [True, False],
    },
    index=pd.Index(["a", "b"], name="key"),
)
MONDAYS = pd.date_range("2026-01-05", periods=3, freq="W-MON", name="week")


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 1, 0.1 + 0.2, float("nan"), "é", [1, (2, 3)], {"a": {1: 2}, None: []}),
        *(np.float64(2), np.bool_(True), date(2026, 1, 2), Decimal("1.20")),
        *(pd.Timestamp("2026-01-02 10:00"), pd.NaT, Word("All"), Calendar(week_start="sunday")),
        Message("{net:money}", {"net": 1.5}),
    ],
    ids=repr,
)
def test_a_value_reads_back_as_it_was(value):
    again = read(written(value))
    assert repr(again) == repr(value) and type(again) is type(value)


@pytest.mark.parametrize(
    "frame",
    [
        *(FRAME, FRAME.reset_index(), FRAME.set_index("name", append=True), FRAME.T),
        *(FRAME[["amount"]].iloc[:0], pd.DataFrame(), FRAME[["amount", "amount"]]),
    ],
)
def test_a_frame_reads_back_with_its_types_its_index_and_what_is_unknown(frame):
    again = read(written(frame))
    pd.testing.assert_frame_equal(again, frame)
    assert [*map(repr, again.to_numpy().ravel())] == [*map(repr, frame.to_numpy().ravel())]


def test_series_indexes_and_arrays_read_back():
    pd.testing.assert_series_equal(read(written(FRAME.amount)), FRAME.amount)
    pd.testing.assert_index_equal(read(written(MONDAYS)), MONDAYS)
    cube = np.arange(6.0).reshape(1, 2, 3)
    assert read(written(MONDAYS)).freq == MONDAYS.freq and (read(written(cube)) == cube).all()


@pytest.mark.parametrize("value", [object(), print, {1, 2}, FRAME.name.astype("category")])
def test_what_is_no_data_is_refused(value):
    with pytest.raises(TypeError, match="cannot be kept"):
        written(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", '{"of": 1}', '{"array": "AAAA"}', '{"frame": [1]}', '{"a": 1, "b": 2}'),
        '{"ours": ["os", "system", {"mapping": [["command", "true"]]}]}',
        '{"ours": ["revwork.workspace", "open_company", {"mapping": []}]}',
        '{"ours": ["revwork.data.written", "read", {"mapping": [["text", "1"]]}]}',
        '{"ours": ["revwork.nowhere", "Thing", {"mapping": []}]}',
    ],
)
def test_text_that_was_not_written_here_is_no_value_and_calls_nothing(text):
    with pytest.raises(ValueError):
        read(text)
