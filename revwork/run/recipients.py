"""To whom a run speaks: the addresses of [notify] in revwork.toml, secrets only as references."""

import re
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import quote, unquote

from pydantic import AfterValidator, BeforeValidator
from pydantic.dataclasses import dataclass as declared

from revwork.data.secrets import REFERENCE, value_of
from revwork.data.source import CLOSED
from revwork.data.wording import DataError

_PLAIN = {  # services whose addresses name a server or a file, and keep their secrets elsewhere
    *("mailto", "mailtos", "file", "json", "jsons", "form", "forms", "xml", "xmls"),
}
_OPTION = re.compile(r"[?&][^=&]*(?:pass|pwd|token|secret|key|credential|auth)[^=&]*=([^&]*)", re.I)
_WAY_OUT = (
    "put it into an environment variable or the keyring, and write ${NAME} or "
    "keyring:service/user in its place"
)
_PART = re.compile(r"[^/:@?&=;,#]{4,}")  # of a secret: what a service may quote of it
_HIDDEN = "…"


def _address(text: str) -> str:
    """Refuse an address with a secret in clear, or none at all; repeats nothing of it."""
    if REFERENCE.fullmatch(text):
        return text
    scheme, separator, rest = REFERENCE.sub("", text).partition("://")
    if not separator or not re.fullmatch(r"[a-z][a-z0-9]*", scheme):
        example = "mailtos://me:${SMTP_PASSWORD}@smtp.acme.com?to=boss@acme.com"
        raise ValueError(f'holds what is no address, such as "{example}"')
    before, _, options = rest.partition("?")
    who, at, host = before.partition("/")[0].rpartition("@")
    if who.partition(":")[2] or (not at and re.search(r":.*\D", host)):
        raise ValueError(f"holds a password in clear: {_WAY_OUT}")
    if any(_OPTION.findall(f"?{options}")):
        raise ValueError(f"holds a secret in clear among its options: {_WAY_OUT}")
    if scheme not in _PLAIN and not REFERENCE.search(text.partition("?")[0]):
        raise ValueError(f"holds a {scheme} address with its token in clear: {_WAY_OUT}")
    return text


Addresses = Annotated[
    tuple[Annotated[str, AfterValidator(_address)], ...],
    BeforeValidator(lambda given: (given,) if isinstance(given, str) else given),
]


@declared(frozen=True, config=CLOSED)
class Recipients:
    """Who hears of a run that failed, of one that succeeded, and of alerts.

    Addresses as Apprise writes them, and `file://` for a file that grows by what is said, relative
    to the workspace. Each may be one address or several.
    """

    failure: Addresses = ()
    success: Addresses = ()
    alerts: Addresses = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every address, once."""
        return tuple(dict.fromkeys([*self.failure, *self.success, *self.alerts]))


def shown(address: str) -> str:
    """Return an address as anyone may see it: service and host, references by their names."""
    named = REFERENCE.sub(lambda found: f"${{{found[1] or found[2]}}}", address)
    scheme, separator, rest = named.partition("://")
    host = re.split(r"[/?]", rest)[0].rpartition("@")[2]
    known = scheme in _PLAIN or host.startswith("${")
    return f"{scheme}://{host}" if separator and known else scheme


def resolved(address: str) -> str:
    """Return the address with each reference replaced, in the form that its place asks for.

    An address that is one reference is taken as it is found. Raises DataError where a variable is
    not set or the keyring has no such password.
    """
    if REFERENCE.fullmatch(address):
        return value_of(REFERENCE.fullmatch(address))
    options = address.find("?") if "?" in address else len(address)
    start = address.find("://") + 3
    authority = re.split(r"[/?]", REFERENCE.sub(_same_length, address[start:]))[0]
    host = start + authority.rfind("@") + 1

    def value(reference: re.Match) -> str:
        beside = reference.start() < host or reference.start() > options
        return quote(value_of(reference), safe="" if beside else "/:@")

    return REFERENCE.sub(value, address)


def without_secrets(text: str, address: str) -> str:
    """Return the text with all that the address's references stand for made unreadable."""
    for value in sorted(_values(address), key=lambda one: (-len(one), one)):
        text = text.replace(value, _HIDDEN)
    return text


def _values(address: str) -> Iterable[str]:
    values = set()
    for reference in REFERENCE.finditer(address):
        try:
            values.add(value_of(reference))
        except DataError:
            continue
    values |= {part for value in values for part in _PART.findall(value)}
    values |= {unquote(value) for value in values} | {quote(one, safe="") for one in values}
    return filter(None, values)


def _same_length(reference: re.Match) -> str:
    return "x" * len(reference[0])
