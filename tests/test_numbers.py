"""Find the number that is wrong: published figures derived again from the raw files.

Nothing of revwork derives a figure here: DuckDB reads the departments' files as
data/sample/revwork.toml and README say they come, and plain SQL does the sums.
"""

import json
import re
from base64 import b64decode
from html import unescape
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import pytest

NOW, BEFORE = ("2026-04-01", "2026-07-01"), ("2025-04-01", "2025-07-01")
QUARTERS = {"value": NOW, "comparison": BEFORE}
MONTHS = [f"{day:%Y-%m-01}" for day in pd.date_range("2025-07-01", "2026-07-01", freq="MS")]
YEAR = 365.25 / 91
CANCELLED = 568
METHODS = ("FP&A", "Textbook", "LMDI (log-mean Divisia)", "Shapley")

LINES = """
CREATE TABLE lines AS
WITH shop AS (
    SELECT
        "Order No" AS number, "Order Date"::DATE AS day, "Customer No" AS customer_id, SKU AS sku,
        Qty::DECIMAL(18, 4) AS quantity, "Net Amount"::DECIMAL(18, 4) AS amount,
        Currency AS currency, "Ship-to Country" AS region, Channel AS channel,
        nullif("Sales Rep", '') AS owner, nullif("Partner", '') AS partner_id,
        "Cost of Goods"::DECIMAL(18, 4) AS goods,
        Commission::DECIMAL(18, 4) AS commission, "Payment Fee"::DECIMAL(18, 4) AS payment,
        Freight::DECIMAL(18, 4) AS freight
    FROM read_csv('{folder}/sales/orders.csv.gz', all_varchar = true)
    WHERE Status <> 'Cancelled'
)
SELECT
    shop.*, "Range" AS category, "Sold by" AS unit, segment,
    CASE shop.currency WHEN 'EUR' THEN 1 ELSE rates.rate END AS rate,
    round(amount * CASE shop.currency WHEN 'EUR' THEN 1 ELSE rates.rate END, 4) AS net,
    amount < 0 OR quantity < 0 AS sent_back
FROM shop
ASOF LEFT JOIN rates ON shop.currency = rates.currency AND shop.day >= rates.day
LEFT JOIN read_csv('{folder}/product/products.csv', all_varchar = true) USING (SKU)
LEFT JOIN customers USING (customer_id)
"""

FIGURES = """
WITH sold AS (SELECT * FROM lines WHERE day >= $first AND day < $next),
spent AS (
    SELECT
        sum(amount * rate) FILTER (kind = 'Marketing') AS marketing,
        sum(amount * rate) FILTER (kind <> 'Marketing') AS running
    FROM expenses WHERE day >= $first AND day < $next
)
SELECT
    sum(net) AS net_revenue,
    sum((amount - goods) * rate) AS gross_margin,
    sum(goods * rate) AS cost,
    sum(commission * rate) AS commission,
    sum(payment * rate) AS payment_cost,
    sum(freight * rate) AS shipping_cost,
    any_value(marketing) AS marketing,
    any_value(running) AS running,
    sum((amount - goods - commission - payment - freight) * rate) - any_value(marketing)
        AS contribution_margin,
    contribution_margin - any_value(running) AS operating_result,
    count(DISTINCT number) FILTER (NOT sent_back) AS orders,
    sum(net) / count(DISTINCT number) FILTER (NOT sent_back) AS order_value,
    count(DISTINCT customer_id) FILTER (NOT sent_back) AS customers
FROM sold, spent
"""


# the raw files


@pytest.fixture(scope="module")
def raw(root):
    folder = root / "data/sample"
    engine = duckdb.connect()
    engine.execute(
        'CREATE TABLE rates AS SELECT date::DATE AS day, currency, "EUR per unit"::DECIMAL(18, 8) '
        f"AS rate FROM read_csv('{folder}/finance/fx_rates.csv', all_varchar = true)"
    )
    names = {"Hogar": "Household", "Oficina": "Office", "Hostelería": "Hospitality"}
    names |= {"Hotel": "Hotels", "Enseñanza": "Education"}
    told = pd.read_csv(folder / "customers/customers.csv", sep=";", encoding="cp1252", dtype=str)
    told["segment"] = told["Tipo de cliente"].map(names)
    engine.register("told", told)
    engine.execute('CREATE TABLE customers AS SELECT "Código" AS customer_id, segment FROM told')
    booked = pd.read_excel(folder / "finance/expenses.xlsx", header=2)
    engine.register("booked", booked)
    engine.execute(
        'CREATE TABLE expenses AS SELECT "Booked on"::DATE AS day, "Cost type" AS kind, '
        "Country AS region, Channel AS channel, Amount AS amount, "
        "CASE booked.Currency WHEN 'EUR' THEN 1 ELSE rate END AS rate "
        "FROM booked ASOF LEFT JOIN rates "
        'ON booked.Currency = rates.currency AND booked."Booked on" >= rates.day'
    )
    engine.execute(LINES.format(folder=folder))
    engine.execute(
        "CREATE TABLE targets AS SELECT Month::DATE AS month, "
        "replace(lower(Metric), ' ', '_') AS metric, Target::DOUBLE AS amount "
        f"FROM read_csv('{folder}/sales/targets.csv', all_varchar = true)"
    )
    engine.execute(
        "CREATE TABLE plans AS SELECT Subscription AS number, Customer AS customer_id, "
        '"From"::DATE AS first, "Until"::DATE AS until, '
        '"Monthly Amount"::DECIMAL(18, 4) AS amount, Currency AS currency '
        f"FROM read_csv('{folder}/subscriptions/subscriptions.csv', all_varchar = true)"
    )
    engine.execute(
        f"CREATE TABLE visits AS SELECT * FROM read_parquet('{folder}/web/sessions.parquet')"
    )
    return engine


def figures(raw, period):
    first, following = period
    return raw.execute(FIGURES, {"first": first, "next": following}).df().iloc[0]


def by(raw, column, period, where="true"):
    """Net revenue by a column, largest first."""
    first, following = period
    rows = raw.execute(
        f"SELECT coalesce({column}, 'not recorded'), sum(net)::DOUBLE FROM lines "
        f"WHERE day >= $first AND day < $next AND {where} GROUP BY 1 ORDER BY 2 DESC",
        {"first": first, "next": following},
    )
    return dict(rows.fetchall())


# the published run


@pytest.fixture(scope="module")
def run(published):
    def read(name):
        return json.loads((published / "latest" / name).read_text())

    own = {
        name: [one for one in read(f"{name}.json") if one["notebook"] == "01_revenue"]
        for name in ("kpis", "findings")
    }
    return {**own, "manifest": read("manifest.json")}


@pytest.fixture(scope="module")
def kpis(run):
    return {kpi["metric"]: kpi for kpi in run["kpis"]}


@pytest.fixture(scope="module")
def page(published):
    text = (published / "latest/01_revenue.html").read_text()
    text = re.sub(r"<(style|script|button)\b.*?</\1>", "", text, flags=re.S)
    text = re.sub(r'<span class="amount">(.*?)</span>', r"\1", text)
    return re.sub(r'src="data:[^"]*"', "", text)


@pytest.fixture(scope="module")
def words(page):
    return " ".join(plain(page).split())


@pytest.fixture(scope="module")
def pictures(page):
    """Each panel's or picture's words, under the choice it was drawn for."""
    found, choice = {}, ""
    for title, alt in re.findall(r'class="panel-title">(.*?)</p>|alt="(.*?)"', page, re.S):
        choice = unescape(title) or choice
        kind = unescape(alt).partition(":")[0]
        found.setdefault((choice, kind), unescape(alt))
    return found


def plain(html):
    return unescape(re.sub(r"<[^>]+>", " ", html))


def tables(page, first_heading):
    """The tables whose first heading is this, as lists of rows of text."""
    found = []
    for table in re.findall(r"<table.*?</table>", page, re.S):
        rows = [
            [plain(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
            for row in re.findall(r"<tr.*?</tr>", table, re.S)
        ]
        if rows[0][0] == first_heading:
            found.append(rows)
    return found


def euros(text):
    sign, digits = re.search(r"([+−]?)€([\d,]+)", text).groups()
    return int(digits.replace(",", "")) * (-1 if sign == "−" else 1)


def amounts(words):
    """Bars in words as name → euros: Price €11,819, Volume −€2 …"""
    items = words.partition(": ")[2].rstrip(".").split(", ")
    return {re.split(r":? [+−]?€", item)[0]: euros(item) for item in items}


def share(text):
    return float(text.strip("%+").replace("−", "-")) / 100


def whole(value):
    """Euros as printed; half a euro may round either way."""
    return pytest.approx(float(value), abs=0.5001)


# the numbers


@pytest.mark.parametrize("which", QUARTERS)
@pytest.mark.parametrize(
    "metric",
    [
        "net_revenue",
        "gross_margin",
        "contribution_margin",
        "operating_result",
        "orders",
        "order_value",
        "customers",
    ],
)
def test_a_headline_number_is_what_the_files_say(raw, kpis, metric, which):
    expected = figures(raw, QUARTERS[which])[metric]
    assert kpis[metric][which] == pytest.approx(expected, abs=0.005)


def test_the_paths_are_the_last_twelve_months(raw, kpis):
    months = [figures(raw, month) for month in pairwise(MONTHS)]
    for metric, kpi in kpis.items():
        assert kpi["series"] == pytest.approx([month[metric] for month in months], abs=0.01)


@pytest.mark.parametrize(
    "metric", ["net_revenue", "gross_margin", "contribution_margin", "operating_result"]
)
def test_a_target_is_the_sum_of_its_months(raw, kpis, metric):
    (aim,) = raw.execute(
        "SELECT sum(amount) FROM targets WHERE metric = $1 AND month BETWEEN '2026-04-01' AND "
        "'2026-06-30'",
        [metric],
    ).fetchone()
    assert kpis[metric]["target"] == aim


def test_changes_follow_from_the_numbers_beside_them(kpis):
    for kpi in kpis.values():
        assert kpi["change"] == pytest.approx(kpi["value"] / kpi["comparison"] - 1)


def test_the_run_read_every_row_and_day(raw, run):
    read = {given["table"]: given for given in run["manifest"]["inputs"]}
    (lines, last) = raw.execute("SELECT count(*), max(day) FROM lines").fetchone()
    assert read["orders"]["rows"] == lines + CANCELLED
    assert run["manifest"]["as_of"] == read["orders"]["last_day"] == str(last)
    for table, name in {"expenses": "expenses", "targets": "targets", "fx_rates": "rates"}.items():
        assert read[table]["rows"] == raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0]


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("Region", "region"),
        ("Channel", "channel"),
        ("Category", "category"),
        ("Segment", "segment"),
        ("Owner", "owner"),
        ("Partner id", "partner_id"),
    ],
)
def test_a_breakdown_is_what_the_files_say_and_adds_up(raw, kpis, pictures, title, column):
    now, before = by(raw, column, NOW), by(raw, column, BEFORE)
    assert sum(now.values()) == pytest.approx(kpis["net_revenue"]["value"], abs=0.005)
    assert sum(before.values()) == pytest.approx(kpis["net_revenue"]["comparison"], abs=0.005)
    drawn = pictures[(f"By: {title}", "Bars")]
    shown = {name: euro for name, euro in amounts(drawn).items() if not name.endswith("others")}
    assert shown == {name: whole(now.get(name, 0)) for name in shown}
    assert sum(amounts(drawn).values()) == pytest.approx(sum(now.values()), abs=len(shown))
    for name, change in re.findall(r"(?:: |, )([^:,€]+?) −?€[\d,]+ \(([^)]*)\)", drawn):
        if name in before and name in shown:
            assert share(change) == pytest.approx(now.get(name, 0) / before[name] - 1, abs=0.00051)
        elif name in shown:
            assert change == "new"


@pytest.mark.parametrize("region", ["Spain", "France", "Germany", "United Kingdom"])
@pytest.mark.parametrize("column", ["channel", "category", "segment"])
def test_the_readers_own_cut_is_what_the_files_say(raw, pictures, column, region):
    drawn = pictures[(f"By: {column.capitalize()} · Within: {region}", "Bars")]
    now, before = (by(raw, column, when, f"region = '{region}'") for when in (NOW, BEFORE))
    assert amounts(drawn) == {name: whole(now.get(name, 0)) for name in {*now, *before}}


def test_the_last_month_stands_beside_its_year_before_and_its_target(raw, pictures):
    words = next(alt for (_, kind), alt in pictures.items() if kind.startswith("Line by period"))
    june = figures(raw, ("2026-06-01", "2026-07-01")).net_revenue
    before = figures(raw, ("2025-06-01", "2025-07-01")).net_revenue
    (aim,) = raw.execute(
        "SELECT sum(amount) FROM targets WHERE metric = 'net_revenue' AND month = '2026-06-01'"
    ).fetchone()
    printed = [euros(amount) for amount in re.findall(r"[+−]?€[\d,]+", words)]
    assert printed == [whole(june), whole(before), whole(aim)]


# pounds


@pytest.mark.parametrize(
    ("number", "pounds", "rate", "euros"),
    [
        ("SO-129816", 282.94, 1.1541, 326.5411),  # on a Monday, at that Monday's rate
        ("SO-129779", 66.94, 1.1581, 77.5232),  # on Sunday 5 April, at that of 30 March
    ],
)
def test_a_line_in_pounds_is_worth_its_days_rate(raw, number, pounds, rate, euros):
    from revwork import open_company
    from revwork.analysis import sales

    assert round(pounds * rate, 4) == euros
    mine = raw.execute("SELECT amount, rate, net FROM lines WHERE number = $1", [number])
    assert [float(value) for value in mine.fetchone()] == [pounds, rate, euros]
    company = open_company("data/sample")
    tables = company.tables(["orders"], ["products", "customers", "fx_rates"])
    lines = sales.lines(tables.orders, tables.products, tables.customers, tables.fx_rates, "EUR")
    (net,) = lines.filter(lines.order_id == number).net.execute()
    assert float(net) == euros


# why: everything at the base period's exchange rates


@pytest.fixture(scope="module")
def held(raw):
    """Both quarters' lines with `value`: money at the base quarter's average rates."""
    raw.execute(
        f"""
        CREATE OR REPLACE TABLE held AS
        WITH average AS (
            SELECT currency, sum(net)::DOUBLE / sum(amount)::DOUBLE AS rate FROM lines
            WHERE NOT sent_back AND day >= '{BEFORE[0]}' AND day < '{BEFORE[1]}' GROUP BY 1
        )
        SELECT lines.*, amount::DOUBLE * average.rate AS value, (day >= '{NOW[0]}')::INT AS i
        FROM lines JOIN average USING (currency)
        WHERE day >= '{BEFORE[0]}' AND day < '{BEFORE[1]}'
            OR day >= '{NOW[0]}' AND day < '{NOW[1]}'
        """
    )
    return raw


def pair(held, what, where="true"):
    """An aggregate of the base and of the current quarter."""
    chosen = ", ".join(f"{what} FILTER (i = {i})" for i in (0, 1))
    found = held.execute(f"SELECT {chosen} FROM held WHERE {where}").fetchone()
    return [float(value or 0) for value in found]


@pytest.fixture(scope="module")
def bars(held):
    """The bars of every method, by the formulas of definitions.md."""
    products = held.execute(
        """
        SELECT sku, unit,
            coalesce(sum(quantity) FILTER (i = 0), 0)::DOUBLE AS q0,
            coalesce(sum(quantity) FILTER (i = 1), 0)::DOUBLE AS q1,
            coalesce(sum(value) FILTER (i = 0), 0) AS v0,
            coalesce(sum(value) FILTER (i = 1), 0) AS v1
        FROM held WHERE NOT sent_back GROUP BY ALL
        """
    ).df()
    both = products[(products.q0 > 0) & (products.q1 > 0)]
    q0, q1, p0, p1 = both.q0, both.q1, both.v0 / both.q0, both.v1 / both.q1
    units0, units1 = (q.groupby(both.unit).transform("sum") for q in (q0, q1))
    mean0 = both.v0.groupby(both.unit).transform("sum") / units0
    mean = (both.v1 - both.v0) / np.log(both.v1 / both.v0)
    back, net = pair(held, "sum(value)", "sent_back"), pair(held, "sum(net)")
    value = pair(held, "sum(value)")
    others = {
        "New products": products.v1[products.q0 == 0].sum(),
        "Discontinued products": -products.v0[products.q1 == 0].sum(),
        "Returns": back[1] - back[0],
        "Exchange rates": (net[1] - net[0]) - (value[1] - value[0]),
    }
    methods = {
        "FP&A": {
            "Price": (p1 - p0) * q1,
            "Volume": (units1 - units0) * mean0 * q0 / units0,
            "Mix": (q1 / units1 - q0 / units0) * units1 * p0,
        },
        "Textbook": {
            "Price": (p1 - p0) * q0,
            "Volume": (q1 - q0) * p0,
            "Price × volume": (p1 - p0) * (q1 - q0),
        },
        "LMDI (log-mean Divisia)": {
            "Price": mean * np.log(p1 / p0),
            "Activity": mean * np.log(units1 / units0),
            "Structure": mean * np.log((q1 / units1) / (q0 / units0)),
        },
        "Shapley": {
            "Price": (p1 - p0) * (q0 + q1) / 2,
            "Quantity": (q1 - q0) * (p0 + p1) / 2,
        },
    }
    return {
        method: {"Before": net[0]}
        | {name: effect.sum() for name, effect in effects.items()}
        | others
        | {"Now": net[1]}
        for method, effects in methods.items()
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_bridge_is_what_its_formula_says_and_adds_up(bars, pictures, method):
    expected = bars[method]
    *before, now = expected.values()
    assert sum(before) == pytest.approx(now, abs=0.005)
    drawn = amounts(pictures[(f"Method: {method}", "Waterfall")])
    assert drawn == {name: pytest.approx(value, abs=0.52) for name, value in expected.items()}


def test_the_buyers_tree_is_the_log_mean_split(held, pictures):
    customers = pair(held, "count(DISTINCT customer_id)", "NOT sent_back")
    orders = pair(held, "count(DISTINCT number)", "NOT sent_back")
    value = pair(held, "sum(value)", "NOT sent_back")
    weight = (value[1] - value[0]) / np.log(value[1] / value[0])
    expected = {
        "Customers": customers[1] / customers[0],
        "Orders per customer": (orders[1] / customers[1]) / (orders[0] / customers[0]),
        "Value per known order": (value[1] / orders[1]) / (value[0] / orders[0]),
    }
    drawn = effects(pictures[("Tree: Buyers", "Effects")])
    for name, factor in expected.items():
        assert drawn[name] == pytest.approx(weight * np.log(factor), abs=0.52)


def test_the_visits_tree_is_the_log_mean_split(held, pictures):
    inside = "number IN (SELECT order_id FROM visits WHERE order_id IS NOT NULL)"
    visited = [
        held.execute(f"SELECT count(*) FROM visits WHERE date >= '{a}' AND date < '{b}'").fetchone()
        for a, b in (BEFORE, NOW)
    ]
    sessions = [count for (count,) in visited]
    orders = pair(held, "count(DISTINCT number)", f"NOT sent_back AND {inside}")
    value = pair(held, "sum(value)", f"NOT sent_back AND {inside}")
    other = pair(held, "sum(value)", f"NOT sent_back AND NOT {inside}")
    weight = (value[1] - value[0]) / np.log(value[1] / value[0])
    drawn = effects(pictures[("Tree: Visits", "Effects")])
    assert drawn["Sessions"] == pytest.approx(weight * np.log(sessions[1] / sessions[0]), abs=0.52)
    assert drawn["Conversion"] == pytest.approx(
        weight * np.log((orders[1] / sessions[1]) / (orders[0] / sessions[0])), abs=0.52
    )
    assert drawn["Other orders"] == pytest.approx(other[1] - other[0], abs=0.52)


def effects(words):
    items = words.partition(": ")[2].rstrip(".").split("; ")
    return {item.partition(" · ")[0]: euros(item) for item in items}


@pytest.mark.parametrize("tree", ["Buyers", "Visits"])
def test_a_tree_adds_up_to_the_change(kpis, pictures, tree):
    moved = kpis["net_revenue"]["value"] - kpis["net_revenue"]["comparison"]
    drawn = effects(pictures[(f"Tree: {tree}", "Effects")])
    assert sum(drawn.values()) == pytest.approx(moved, abs=0.5 * len(drawn))


# what is left


def test_the_ladder_is_what_the_files_say(raw, pictures):
    found = figures(raw, NOW)
    names = {
        "Net revenue": found.net_revenue,
        "Cost of goods": -found.cost,
        "Gross margin": found.gross_margin,
        "Commission": -found.commission,
        "Payment fees": -found.payment_cost,
        "Shipping": -found.shipping_cost,
        "Marketing": -found.marketing,
        "Contribution margin": found.contribution_margin,
        "Running costs": -found.running,
        "Operating result": found.operating_result,
    }
    drawn = ladder(pictures)
    assert drawn == {name: pytest.approx(float(value), abs=0.52) for name, value in names.items()}


def ladder(pictures):
    """The waterfall from revenue to result."""
    ladders = [words for (_, kind), words in pictures.items() if kind == "Waterfall"]
    return next(amounts(words) for words in ladders if "Operating result" in words)


@pytest.mark.parametrize("column", ["region", "channel", "category", "segment"])
def test_margins_by_segment_are_what_the_files_say_and_add_up(raw, page, column):
    rows = raw.execute(
        f"""
        SELECT coalesce({column}, 'not recorded'), sum(net), sum((amount - goods) * rate),
            sum((commission + payment + freight) * rate) FROM lines
        WHERE day >= '{NOW[0]}' AND day < '{NOW[1]}' GROUP BY 1
        """
    ).fetchall()
    known = column if column in ("region", "channel") else "NULL"
    spent = dict(
        raw.execute(
            f"SELECT coalesce({known}, 'Not allocated'), sum(amount * rate) FROM expenses WHERE "
            f"kind = 'Marketing' AND day >= '{NOW[0]}' AND day < '{NOW[1]}' GROUP BY 1"
        ).fetchall()
    )
    if "Not allocated" in spent:
        rows.append(("Not allocated", 0, 0, 0))
    shown = {row[0]: row[1:] for row in margins_table(page, column)[1:]}
    assert shown.keys() == {name for name, *_ in rows}
    left = 0
    for name, net, gross, costs in rows:
        marketing = float(spent.get(name, 0))
        contribution = float(gross) - float(costs) - marketing
        left += contribution
        printed = [euros(shown[name][i]) for i in (0, 1, 3, 4, 5)]
        assert printed == [whole(v) for v in (net, gross, costs, marketing, contribution)]
        if net:
            assert share(shown[name][2]) == pytest.approx(float(gross / net), abs=0.00051)
    assert left == pytest.approx(float(figures(raw, NOW).contribution_margin), abs=0.005)


def margins_table(page, column):
    return next(rows for rows in tables(page, column.capitalize()) if "Gross margin" in rows[0])


# weak and strong


def test_the_ten_largest_customers_are_what_the_files_say(raw, page, words):
    (rows,) = tables(page, "Customer id")
    nets = by(raw, "customer_id", NOW)
    positive = sum(net for net in nets.values() if net > 0)
    top = sorted(nets.items(), key=lambda item: -item[1])[:10]
    assert [row[0] for row in rows[1:]] == [name for name, _ in top]
    assert [euros(row[1]) for row in rows[1:]] == [whole(net) for _, net in top]
    for row, (_, net) in zip(rows[1:], top, strict=True):
        assert share(row[2]) == pytest.approx(net / positive, abs=0.00051)
    together = sum(net for _, net in top) / positive
    said = re.search(r"Shown are the 10 largest: ([\d.]+%) of the revenue", words)[1]
    assert share(said) == pytest.approx(together, abs=0.00051)


@pytest.fixture(scope="module")
def june(raw):
    """What each subscriber paid at the end of May, the same at June's rate, and at its end."""
    return raw.execute(
        """
        WITH rows AS (
            SELECT *, lead(first) OVER (PARTITION BY number ORDER BY first) AS following FROM plans
        ),
        price AS (
            SELECT customer_id, first, amount, currency, least(until, following) AS until FROM rows
        ),
        rates AS (
            SELECT currency, arg_max(rate, day) FILTER (day <= '2026-05-31') AS opening,
                arg_max(rate, day) FILTER (day <= '2026-06-30') AS closing
            FROM rates GROUP BY 1 UNION ALL SELECT 'EUR', 1, 1
        ),
        paid AS (
            SELECT price.*, opening, closing,
                first <= '2026-05-31' AND (until IS NULL OR until > '2026-05-31') AS was,
                first <= '2026-06-30' AND (until IS NULL OR until > '2026-06-30') AS is_on
            FROM price JOIN rates USING (currency)
        )
        SELECT customer_id, min(first) < '2026-06-01' AS known,
            coalesce(sum(amount * opening) FILTER (was), 0)::DOUBLE AS start,
            coalesce(sum(amount * closing) FILTER (was), 0)::DOUBLE AS revalued,
            coalesce(sum(amount * closing) FILTER (is_on), 0)::DOUBLE AS ended
        FROM paid GROUP BY customer_id
        """
    ).df()


def test_recurring_revenue_moved_in_june_as_the_subscriptions_say(june, page):
    (rows,) = tables(page, "Month")[:1]
    shown = dict(zip(rows[0], next(row for row in rows if row[0] == "2026-06"), strict=True))
    change = june.ended - june.revalued
    came, left = (june.start == 0) & (june.ended > 0), (june.start > 0) & (june.ended == 0)
    stayed = (june.start > 0) & (june.ended > 0)
    expected = {
        "Start": june.start.sum(),
        "New": june.ended[came & ~june.known].sum(),
        "Expansion": change[stayed & (change > 0.00005)].sum(),
        "Reactivation": june.ended[came & june.known].sum(),
        "Contraction": -change[stayed & (change < 0)].sum(),
        "Churn": june.revalued[left].sum(),
        "Exchange rates": (june.revalued - june.start).sum(),
        "End": june.ended.sum(),
    }
    assert {name: euros(shown[name]) for name in expected} == {
        name: whole(value) for name, value in expected.items()
    }
    signs = (1, 1, 1, 1, -1, -1, 1)
    walk = sum(s * v for s, v in zip(signs, list(expected.values())[:-1], strict=True))
    assert walk == pytest.approx(expected["End"], abs=0.005)


def test_retention_in_june_follows_from_the_movements(june, words):
    base, kept = june.revalued.sum(), np.minimum(june.revalued, june.ended)[june.start > 0].sum()
    grown = (june.ended - june.revalued)[(june.start > 0) & (june.ended > june.revalued)].sum()
    said = re.search(r"2026-06 kept ([\d.]+%) of recurring revenue, ([\d.]+%) with", words)
    assert [share(part) for part in said.groups()] == pytest.approx(
        [kept / base, (kept + grown) / base], abs=0.00051
    )


# findings


def test_a_findings_money_is_its_segments_contribution_a_year(raw, run):
    columns = {"region": "region", "channel": "channel", "category": "category"}
    columns |= {"segment": "segment"}
    moved = [f for f in run["findings"] if f["metric"] == "net_revenue"]
    assert moved
    for finding in moved:
        where = " AND ".join(f"{columns[k]} = '{v}'" for k, v in finding["segment"].items())
        sums = [
            raw.execute(
                f"""
                SELECT sum(amount)::DOUBLE, sum(amount * amount)::DOUBLE FROM (
                    SELECT sum((amount - goods - commission - payment - freight) * rate)::DOUBLE
                        AS amount
                    FROM lines WHERE day >= '{a}' AND day < '{b}' AND {where} GROUP BY number
                )
                """
            ).fetchone()
            for a, b in (NOW, BEFORE)
        ]
        value = (sums[0][0] - sums[1][0]) * YEAR
        half = 1.959964 * np.sqrt(sums[0][1] + sums[1][1]) * YEAR
        impact = finding["impact"]
        assert impact["value"] == pytest.approx(value, abs=0.05)
        assert [impact["low"], impact["high"]] == pytest.approx([value - half, value + half], abs=1)


def test_a_findings_figures_are_at_constant_exchange_rates(held, run):
    for finding in run["findings"]:
        if finding["metric"] == "net_revenue":
            where = " AND ".join(f"{k} = '{v}'" for k, v in finding["segment"].items())
            base, current = pair(held, "sum(value)", where)
            told = finding["messages"]["evidence"]["values"]
            assert [told["base"], told["current"]] == pytest.approx([base, current], abs=0.005)
            claim = finding["messages"]["claim"]["values"]
            assert claim["change"] == pytest.approx(current - base, abs=0.005)
            assert claim["rate"] == pytest.approx(current / base - 1)


def test_the_gap_to_target_is_that_of_the_headline(kpis, run):
    for finding in run["findings"]:
        if finding["metric"].endswith("_target"):
            kpi = kpis[finding["metric"].removesuffix("_target")]
            assert finding["impact"]["value"] == pytest.approx(
                (kpi["value"] - kpi["target"]) * YEAR
            )


def test_movers_explain_the_share_they_claim(held, page, words):
    (rows,) = [t for t in tables(page, "Where") if "Contribution" in t[0]]
    value = pair(held, "sum(value)")
    said = re.search(r"stand out: (\d+)\. They make ([\d.]+%) of ([+−]€[\d,]+)", words)
    assert int(said[1]) == len(rows) - 1
    assert euros(said[3]) == whole(value[1] - value[0])
    assert sum(share(row[5]) for row in rows[1:]) == pytest.approx(share(said[2]), abs=0.002)
    for row in rows[1:]:
        assert share(row[5]) == pytest.approx(
            (euros(row[2]) - euros(row[1])) / (value[1] - value[0]), abs=0.001
        )


# a number printed twice


@pytest.fixture(scope="module")
def cards(page):
    """Euros now and before of each card in money."""
    found = re.findall(
        r'kpi-label">(.*?)</span>.*?kpi-value">(.*?)</strong>.*?class="quiet">(.*?)</span>',
        page,
        re.S,
    )
    return {plain(name): (euros(now), euros(was)) for name, now, was in found if "€" in now}


def test_the_cards_are_the_numbers_of_the_run(kpis, cards):
    money = {kpi["label"]: kpi for kpi in kpis.values() if kpi["unit"] == "money"}
    assert cards == {
        name: (whole(kpi["value"]), whole(kpi["comparison"])) for name, kpi in money.items()
    }


def test_the_ladder_repeats_the_cards(cards, pictures):
    drawn = ladder(pictures)
    for name in ("Net revenue", "Gross margin", "Contribution margin", "Operating result"):
        assert drawn[name] == cards[name][0]


def test_the_bridges_repeat_the_cards(cards, pictures):
    drawn = [amounts(pictures[(f"Method: {method}", "Waterfall")]) for method in METHODS]
    assert {(bridge["Now"], bridge["Before"]) for bridge in drawn} == {cards["Net revenue"]}


@pytest.mark.parametrize("column", ["Channel", "Category", "Segment"])
def test_a_segment_has_the_same_revenue_in_every_panel(page, pictures, column):
    drawn = pictures[(f"By: {column}", "Bars")]
    assert drawn == pictures[(f"By: {column} · Within: All", "Bars")]
    listed = {row[0]: euros(row[1]) for row in margins_table(page, column)[1:]}
    assert amounts(drawn) == {k: v for k, v in listed.items() if k != "Not allocated"}


def test_findings_repeat_the_movers(page, run):
    (table,) = tables(page, "Where")
    rows = {frozenset(row[0].split(" · ")): row for row in table[1:]}
    for finding in run["findings"]:
        if finding["metric"] == "net_revenue":
            row = rows[frozenset(finding["segment"].values())]
            assert f"{row[3]} ({row[4]})" in finding["claim"]
            assert finding["evidence"].startswith(f"{row[2]} after {row[1]},")


def test_the_page_prints_findings_as_the_run_records_them(words, run):
    for finding in run["findings"]:
        assert finding["claim"] in words and finding["evidence"] in words


def shortened(amount):
    """How a picture without room writes the amount."""
    number = int(amount.replace("€", "").replace(",", "").replace("−", ""))
    sign = "−" * amount.startswith("−")
    for unit, letter in ((1e3, "k"), (1e6, "m")):
        for digits in (0, 1, 2):
            yield f"{sign}€{number / unit:.{digits}f}{letter}"


def test_a_picture_shows_the_amounts_its_words_say(published):
    html = (published / "latest/01_revenue.html").read_text()
    images = re.findall(r'alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)"', html)
    checked = 0
    for words, image in images:
        if words.startswith(("Bars", "Waterfall", "Effects")):
            drawn = {*re.findall(r"−?€[\d,.]+[km]?", b64decode(image).decode(), re.I)}
            for amount in re.findall(r"−?€[\d,]*\d", unescape(words)):
                assert {amount, *shortened(amount)} & drawn
            checked += 1
    assert checked > 20


def test_exchange_rates_moved_revenue_by_the_same_amount_everywhere(pictures):
    printed = {
        (amounts(alt) if kind == "Waterfall" else effects(alt))["Exchange rates"]
        for (_, kind), alt in pictures.items()
        if "Exchange rates" in alt
    }
    assert len(printed) == 1


def test_the_first_sentence_of_recurring_revenue_is_the_tables(page, words):
    rows = tables(page, "Month")[0]
    said = re.search(r"went from (€[\d,]+) to (€[\d,]+) a month", words)
    assert said.groups() == (rows[1][rows[0].index("Start")], rows[-1][rows[0].index("End")])
    for row in rows[1:]:
        start, new, more, again, less, lost, fx, end = (euros(cell) for cell in row[1:])
        assert start + new + more + again - less - lost + fx == pytest.approx(end, abs=4)
    for row, following in pairwise(rows[1:]):
        assert row[-1] == following[1]
