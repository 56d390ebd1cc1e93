"""A page on customers for leadership: what each leaves, and nobody by name."""

import re

import pytest
from conftest import revwork
from test_data import workspace
from test_personal import files, readable

NAMED = {"c1": "Ysolde Krumm", "c2": "Zebulon Quixby"}


@pytest.fixture(scope="module", params=["full", "leadership"])
def page(request, tmp_path_factory):
    """The page of a company with two customers, one of whom costs money; and for whom it is."""
    folder = tmp_path_factory.mktemp("company")
    lines = ["order_id,order_date,net_amount,cost_amount,customer_id,category"]
    for month in range(24):
        day = f"{2025 + month // 12}-{month % 12 + 1:02}"
        for number, cost in enumerate((40, 130)):
            for week in range(1, 5):
                what = "AB"[week % 2]
                lines.append(
                    f"o{day}{number}{week},{day}-{7 * week:02},100,{cost},c{number + 1},{what}"
                )
    customers = "customer_id,customer_name,segment\n"
    customers += "".join(f"{key},{name},Office\n" for key, name in NAMED.items())
    workspace(folder, orders="\n".join([*lines, ""]), customers=customers)
    wanted = ["-p", f"audience={request.param}", "-p", "period=2026-Q4", "-p", "as_of=2026-12-31"]
    done = revwork(
        *("run", "04_customers", "--workspace", folder, *wanted, "--out", "out"), cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return request.param, {path.name: readable(path) for path in files(folder / "out")}


def test_leadership_reads_what_customers_leave_and_no_name(page):
    audience, told = page
    html = told["04_customers.html"]
    assert "cost €1,440 in a year, after discounts, returns and service" in html
    named = {(file, who) for file, text in told.items() for who in NAMED.values() if who in text}
    if audience == "full":
        assert ("04_customers.html", "Zebulon Quixby") in named
    else:
        assert not named and re.search(r"Customer [0-9A-F]{10} \(c2\)", html)
