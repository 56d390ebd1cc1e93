from datetime import date

import pandas as pd
import pytest
from offs import days, easter_weeks, free, sold

from revwork.analysis.forecast import holiday_sales

EASTER = easter_weeks()
AS_OF = date(2026, 12, 31)
SPAIN, FRANCE = free("Spain", *EASTER), free("France", *EASTER, country="FR")


def told(*given, holidays=(SPAIN, FRANCE)):
    found = holiday_sales.by_region(days(pd.concat(given), *holidays), AS_OF)
    return found.set_index("region")


def sells(share, region):
    return sold("2023-01-01", "2026-12-31", EASTER, share, region)


def test_a_region_has_its_country_its_coming_holidays_and_what_one_sells():
    found = told(sells(0.4, "Spain"), sells(0.8, "France"))
    assert found.country.to_dict() == {"France": "FR", "Spain": "ES"}
    assert found.holiday_count.tolist() == [9, 9]
    assert found.holiday_share.to_dict() == pytest.approx({"France": 0.8, "Spain": 0.4}, abs=0.03)


def test_a_region_without_a_country_has_no_share_and_is_named():
    found = told(
        sells(0.4, "Spain"), sells(1.0, "Peru"), holidays=(SPAIN, free("Peru", country=""))
    )
    peru = found.loc["Peru"]
    assert pd.isna([peru.country, peru.holiday_count, peru.holiday_share]).all()
    said = holiday_sales.reading(found.reset_index())
    assert said.values == {"regions": "Peru"}


def test_where_no_country_is_known_it_is_said():
    found = told(sells(1.0, "Peru"), holidays=(free("Peru", country=""),))
    assert holiday_sales.reading(found.reset_index()).template.startswith(
        "No public holiday counts"
    )


def test_the_reading_tells_one_share_or_from_where_to_where():
    apart = told(sells(0.4, "Spain"), sells(0.8, "France")).reset_index()
    alike = told(sells(0.4, "Spain"), holidays=(SPAIN,)).reset_index()
    assert holiday_sales.reading(apart).values["low"] == pytest.approx(0.4, abs=0.03)
    assert holiday_sales.reading(alike).values["share"] == pytest.approx(0.4, abs=0.03)


def test_holidays_before_the_first_whole_month_tell_nothing():
    late = sold("2026-04-02", "2026-12-31", EASTER)
    found = told(late, holidays=(SPAIN,))
    assert pd.isna(found.holiday_share["Spain"]) and found.holiday_count["Spain"] == 9
