"""The web shop's last weeks as Shopify exports them: the same orders once more, in its layout."""

import numpy as np
import pandas as pd
from generator import company as co
from generator.orders import lines
from generator.product import products
from generator.world import World

SINCE = co.DAYS.get_loc("2026-06-01")
COUNTRY = np.array(["ES", "FR", "GB", "DE"])
HEADER = """
Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,
Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,
Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,
Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,
Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,
Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,
Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,
Shipping Province,Shipping Country,Shipping Phone,Notes,Payment Method,Payment Reference,
Refunded Amount,Vendor,Outstanding Balance,Id,Tags,Risk Level,Source,Lineitem discount,
Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,
Next Payment Due At,Payment References
"""


def shopify(world: World) -> pd.DataFrame:
    """Return one row per line; what concerns the whole order stands on its first row only."""
    table, catalogue = world.of(lines), world.of(products)
    table = table[(table.channel == co.WEB) & ~table.credit & (table.day >= SINCE)]
    first = ~table.number.duplicated().to_numpy()
    whole = table.groupby("number").net.transform("sum").round(2)
    when = pd.Series(co.date(table.day), table.index).dt.strftime("%Y-%m-%d")
    clock = (
        (8 + table.number % 12).astype(str).str.zfill(2)
        + ":"
        + (table.number % 60).astype(str).str.zfill(2)
    )
    moment = when + " " + clock + ":00 +0200"
    paid = np.where(table.cancelled, "voided", "paid")
    order = {
        "Financial Status": paid,
        "Paid at": moment,
        "Fulfillment Status": np.where(table.day >= co.LAST - 3, "unfulfilled", "fulfilled"),
        "Accepts Marketing": np.where(table.number % 3 == 0, "yes", "no"),
        "Currency": np.array(co.CURRENCIES)[table.currency],
        "Subtotal": whole,
        "Shipping": 0.0,
        "Taxes": 0.0,
        "Total": whole,
        "Discount Amount": 0.0,
        "Shipping Method": "Standard",
        "Shipping Country": COUNTRY[table.region],
        "Billing Country": COUNTRY[table.region],
        "Payment Method": "Shopify Payments",
        "Refunded Amount": 0.0,
        "Outstanding Balance": 0.0,
        "Id": (5_400_000_000_000 + table.number.astype(np.int64)).astype(str),
        "Risk Level": "Low",
        "Source": "web",
    }
    frame = pd.DataFrame(order, table.index)
    frame.loc[~first] = np.nan
    frame["Name"], frame["Created at"] = "#" + table.number.astype(str), moment
    frame["Email"] = "c" + (table.customer + 1).astype(str).str.zfill(5) + "@example.com"
    frame["Lineitem quantity"], frame["Lineitem price"] = table.quantity, table.unit_price
    frame["Lineitem name"] = catalogue.product_name.to_numpy()[table["product"]]
    frame["Lineitem sku"] = catalogue.product_id.to_numpy()[table["product"]]
    frame["Lineitem discount"], frame["Vendor"] = table.discount, "Aroma & Grain"
    frame["Lineitem requires shipping"], frame["Lineitem taxable"] = "true", "true"
    frame["Lineitem fulfillment status"] = "fulfilled"
    return frame.reindex(columns=HEADER.replace("\n", "").split(","))
