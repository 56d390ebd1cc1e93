"""What credentials look like: the names people give them, and texts that can be nothing else."""

import re
from collections.abc import Iterator

_NAMED = re.compile(
    r"(passwords?|passwd|passphrase)(_|$)|(^|_)(pwd|pass|secrets?|credentials?|apikey)(_|$)"
    r"|(^|_)(token|key|dsn|connection_string|auth)$",
    re.I,
)
_HIDDEN = re.compile(rb"\$\{?\w+\}?|(?:\xe2\x80\xa6|[*x.])+|keyring:.*|%s|\{\w*\}|<.*", re.S)
_QUOTED = rb"[\"']([^\"'\s]{6,})[\"']"
_SIGNS = rb"[^\s&;\"'<>()\[\]{},]"
_BARE = rb"(?=%b*\d)(%b{6,}+)(?![(\[])" % (_SIGNS, _SIGNS)
_OPTION = (
    *("password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "access_key"),
    *("accountkey", "sharedaccesskey"),
)
_LOOKS = (  # kind, how it begins in lower case, what it is; its group, if any, is what is secret
    (
        "a URL with a password",
        ["://"],
        rb"://[^\s:@/\"'<>\\]*:(?!\d{1,5}(?:[^\w%.!$@-]|$))([^\s\"'<>\\]{1,200})@[\w\[]",
    ),
    (
        "a password or token",
        _OPTION,
        rb"(?i:[a-z_]{3,15})(?:\s?=\s?(?:%b|%b)|[\"']?\s?:\s?%b)" % (_QUOTED, _BARE, _QUOTED),
    ),
    (
        "a private key",
        ["-----begin "],
        rb"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*KEY-----|\Z)",
    ),
    ("an AWS access key", ["akia", "asia"], rb"(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)"),
    ("a bearer token", ["bearer "], rb"(?i:bearer)\s+(?=\S*\d)([\w.~+/-]{20,}=*)"),
    ("a basic authorization", ["authorization"], rb"(?i:\w+\W{1,4}basic)\s+([\w+/-]{8,}=*)"),
    ("a JSON web token", ["eyj"], rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{5,}"),
    ("a Slack hook", ["hooks.slack.com/"], rb"hooks\.slack\.com/(?:services|workflows)/[\w/]{20,}"),
    ("a Slack token", ["xox"], rb"xox[abeoprs]-[0-9A-Za-z-]{10,}"),
    ("a Teams hook", ["webhook.office.com/"], rb"webhook\.office\.com/webhookb2/[\w@/-]{20,}"),
    ("a Discord hook", ["/api/webhooks/"], rb"/api/webhooks/\d{10,}/[\w-]{20,}"),
    ("a Telegram token", [":aa"], rb"(?<=\d{8}):AA[\w-]{32,}"),
    ("a GitHub token", ["ghp_", "gho_", "ghs_", "ghu_"], rb"gh[opsu]_[0-9A-Za-z]{36}"),
    ("a GitHub token", ["github_pat_"], rb"github_pat_\w{22,}"),
    ("a GitLab token", ["glpat-"], rb"glpat-[\w-]{20}"),
    ("a Google API key", ["aiza"], rb"(?<!\w)AIza[\w-]{35}(?!\w)"),
    ("a Stripe key", ["k_live_"], rb"(?<=[rs])k_live_[0-9A-Za-z]{16,}"),
    ("a SendGrid key", ["sg."], rb"(?<!\w)SG\.[\w-]{22}\.[\w-]{43}"),
    ("a Databricks token", ["dapi"], rb"(?<!\w)dapi[0-9a-f]{32}"),
    ("an API key", ["sk-"], rb"(?<![\w-])sk-(?=[\w-]*\d)[\w-]{32,}"),
)
_KNOWN = [
    (kind, [one.encode() for one in begins], re.compile(look)) for kind, begins, look in _LOOKS
]


def is_named_secret(name: str) -> bool:
    """Return whether something of this name is likely to be secret: password, api_key, dsn …"""
    return bool(_NAMED.search(name))


def found(text: bytes) -> Iterator[tuple[str, int, int]]:
    """Give each credential in the text: its kind, and from where to where it stands.

    References (`${NAME}`, `keyring:…`) and what is hidden already are none.
    """
    lowered = text.lower()
    for kind, begins, look in _KNOWN:
        for begin in begins:
            at = lowered.find(begin)
            while at >= 0:
                if (match := look.match(text, at)) and not _HIDDEN.fullmatch(_secret(match)):
                    yield kind, *match.span(match.lastindex or 0)
                at = lowered.find(begin, at + len(begin))


def _secret(match: re.Match) -> bytes:
    return match[match.lastindex or 0]
