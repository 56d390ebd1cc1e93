from datetime import date

import pytest
from test_workspace import company, complaint

from revwork.data import public_holidays
from revwork.data.public_holidays import in_countries


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("Spain", "ES"), ("España", "ES"), ("Royaume-Uni", "GB"), ("Deutschland", "DE"),
        ("esp", "ES"), ("UK", "GB"), ("DE-BY", "DE-BY"), ("EMEA", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_region_called_as_a_country_is_in_it(region, code):
    assert in_countries([region], {}) == {region: code}


def test_codes_of_two_letters_are_countries_only_if_all_of_them_are():
    assert in_countries(["CA", "TX", "Spain"], {}) == {"CA": "", "TX": "", "Spain": "ES"}
    assert in_countries(["CA", "FR"], {}) == {"CA": "CA", "FR": "FR"}
    assert in_countries(["CA", "TX"], {"CA": "US-CA", "": "US"}) == {"CA": "US-CA", "TX": "US"}


def test_what_is_said_of_a_region_goes_first_and_the_rest_is_in_the_country_of_others():
    named = {"Iberia": "ES", "France": "", "": "DE"}
    found = in_countries(["Iberia", "France", "Spain", "North", ""], named)
    assert found == {"Iberia": "ES", "France": "", "Spain": "ES", "North": "DE", "": "DE"}


def test_holidays_are_those_of_the_years_asked_and_of_the_next():
    found = public_holidays.public_holidays({"Iberia": "ES", "North": ""}, [date(2025, 6, 1)])
    iberia = found[found.region == "Iberia"].day
    assert date(2025, 4, 18) in [*iberia] and date(2026, 4, 3) in [*iberia]
    assert {one.year for one in iberia} == {2025, 2026}
    north = found[found.region == "North"]
    assert len(north) == 1 and north.day.isna().all() and [*north.country] == [""]


def test_a_part_of_a_country_has_its_own_holidays():
    day = date(2025, 1, 6)
    parts = public_holidays.public_holidays({"South": "DE-BY", "Rest": "DE"}, [day])
    assert [*parts[parts.day == day].region] == ["South"]


def test_a_company_knows_the_holidays_of_its_regions(tmp_path):
    found = company(tmp_path, 'currency = "EUR"\n[holidays]\nIberia = "Spain"\n"" = "gb-eng"')
    assert found.holidays == {"Iberia": "ES", "": "GB-ENG"}
    told = found.public_holidays(["Iberia", "North"], [date(2025, 1, 1), date(2026, 1, 1)])
    assert set(told.country) == {"ES", "GB-ENG"} and told.day.max().year == 2027


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("SP", 'did you mean "ES" (Spain)?'),
        ("Spian", 'did you mean "ES" (Spain)?'),
        ("XX", 'write an ISO code, such as "ES" or "DE-BY".'),
    ],
)
def test_a_code_of_no_country_is_refused_with_what_was_probably_meant(tmp_path, code, said):
    assert complaint(tmp_path, f'currency = "EUR"\n[holidays]\nIberia = "{code}"') == (
        f'revwork.toml: [holidays] Iberia "{code}" is no country whose public holidays are known; '
        f"{said}"
    )


def test_a_part_of_no_country_is_refused(tmp_path):
    text = complaint(tmp_path, 'currency = "EUR"\n[holidays]\nSouth = "DE-BAY"')
    assert text.endswith('is no part of DE whose public holidays are known; did you mean "DE-BY"?')
