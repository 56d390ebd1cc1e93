"""Names that departments use: people, partners, plans, stages, channels of advertising."""

from typing import NamedTuple


class Partner(NamedTuple):
    """Who resells, where, in which currency, how large among its country's, and since when."""

    partner_id: str
    name: str
    region: int
    currency: int
    weight: float
    tier: str
    commission: float
    since: str


PARTNERS = [
    Partner("P01", "Cafetería Total", 0, 0, 3.0, "gold", 0.06, "2020-02-03"),
    Partner("P02", "Hostelería Levante", 0, 0, 1.6, "silver", 0.05, "2021-05-10"),
    Partner("P03", "Grano y Cía", 0, 0, 0.8, "bronze", 0.04, "2022-11-07"),
    Partner("P04", "Espresso Distribution", 1, 0, 2.6, "gold", 0.06, "2020-06-15"),
    Partner("P05", "Comptoir du Bar", 1, 0, 1.4, "silver", 0.05, "2021-09-06"),
    Partner("P06", "Maison Torréfiée", 1, 0, 0.8, "bronze", 0.04, "2023-01-16"),
    Partner("P07", "Northern Bar Supply", 2, 1, 2.8, "gold", 0.06, "2020-03-02"),
    Partner("P08", "Harbour Catering", 2, 1, 1.4, "silver", 0.05, "2022-04-04"),
    Partner("P09", "Gastro Bedarf Süd", 3, 0, 2.6, "gold", 0.06, "2019-10-07"),
    Partner("P10", "Bürokaffee Hansa", 3, 0, 1.3, "silver", 0.05, "2021-02-01"),
    Partner("P11", "Zürcher Kaffeehandel", 3, 2, 1.3, "silver", 0.05, "2022-09-05"),
    Partner("P12", "Alpen Gastro", 3, 2, 0.7, "bronze", 0.04, "2023-03-13"),
]
SALES = {  # by region: who stays, then two seats with who sits in them, one after the other
    "Spain": ["Lucía Ortega", "Iván Peña", "Marta Solà", "Diego Rivas", "Elena Vidal"],
    "France": ["Chloé Lefèvre", "Hugo Marchand", "Inès Caron", "Loïc Perrin", "Maëlle Roux"],
    "United Kingdom": ["Amy Clarke", "Owen Hughes", "Isla Reid", "Callum Shaw", "Zoë Barker"],
    "Germany": ["Jörg Brandt", "Anke Schäfer", "Uwe Krämer", "Käthe Vogel", "Björn Weiß"],
}
SERVICE = {
    "Spain": ["Nuria Campos", "Pablo Gil", "Rocío Marín", "Jorge Lara", "Alba Prieto"],
    "France": ["Anaïs Girard", "Rémi Faure", "Léa Blanchard", "Théo Lacroix", "Zélie Morin"],
    "United Kingdom": ["Ella Firth", "Noah Pryce", "Grace Moss", "Liam Doyle", "Ruby Tate"],
    "Germany": ["Lena Busch", "Timo Hahn", "Nele Kuhn", "Jonas Beck", "Silke Ernst"],
}
OFFICE = [  # name, team, role, level, annual cost
    ("Carmen Iglesias", "management", "Chief executive", "expert", 82000),
    ("Étienne Royer", "management", "Chief revenue officer", "expert", 74000),
    ("Beatriz Luna", "finance", "Controller", "confirmed", 42000),
    ("Tom Ashby", "marketing", "Head of marketing", "expert", 50000),
    ("Sofía Duarte", "marketing", "Campaign manager", "confirmed", 34000),
    ("Max Lindner", "web", "Shop owner", "confirmed", 41000),
    ("Julie Aubert", "web", "Developer", "confirmed", 43000),
    ("Andrés Moya", "product", "Buyer", "confirmed", 39000),
    ("Raquel Soto", "logistics", "Warehouse lead", "confirmed", 31000),
]


class SubscriptionPlan(NamedTuple):
    """What is subscribed: kilos a month, for whom, and how fast subscribers leave."""

    name: str
    kilos: float
    segments: tuple[int, ...]
    churn: float


PLANS = [
    SubscriptionPlan("Taster", 0.5, (0,), 0.042),
    SubscriptionPlan("Home", 1.5, (0,), 0.030),
    SubscriptionPlan("Barista", 3, (0,), 0.026),
    SubscriptionPlan("Office", 6, (1, 4), 0.022),
    SubscriptionPlan("Pro", 14, (2, 3), 0.020),
]
STAGES = ["Qualified", "Demo", "Proposal", "Negotiation"]
SPEND_CHANNELS = ["Search", "Social", "Display", "Affiliate", "Email"]
FIRST_NAMES = [
    "Lucía José Begoña Íñigo Marta Ana Pedro Laura Sergio Irene Raúl Clara Óscar Nerea",
    "Chloé Rémi Anaïs Loïc Inès Louis Camille Jules Manon Paul Élise Hugo Sarah Noé",
    "Amy Owen Zoë Callum Isla Jack Emily Harry Grace Oliver Ruby Adam Holly Leo",
    "Jörg Anke Käthe Björn Uwe Lena Paul Greta Timo Nele Felix Ida Malte Sofie",
]
FAMILY_NAMES = [
    "Núñez García Peña Ibáñez Solà Romero Vega Castro Molina Serra Fuentes Prats Ríos Bravo",
    "Lefèvre Bézard Garçon Moreau Noël Petit Fabre Renaud Colin Marty Leroux Vidal Picard Gros",
    "Clarke Hughes Reid Walsh Parker Mason Bell Foster Wood Price Grant Lane Hart Webb",
    "Müller Schäfer Weiß Köhler Brandt Vogt Lorenz Kraus Seidel Horn Pohl Busch Arndt Thiel",
]
FIRMS = [  # by region: office, hospitality, hotel, education
    ["Gestoría", "Café", "Hotel", "Escuela"],
    ["Cabinet", "Brasserie", "Hôtel", "Lycée"],
    ["Studio", "The Cup of", "Hotel", "College"],
    ["Büro", "Gasthof", "Hotel", "Schule"],
]
