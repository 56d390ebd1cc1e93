"""Addresses of databases: what is secret in them comes from elsewhere, and goes nowhere.

`${NAME}` in an address is an environment variable, `keyring:service/user` a password that the
system's keyring holds. Everything else in an address may be read by anyone.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, unquote, unquote_plus

from revwork.data.wording import DataError

REFERENCE = re.compile(r"\$\{(\w+)\}|keyring:([^/@\s]+)/([^/@\s?&]+)")
_PASSWORD = re.compile(r"://[^:@/]*:(.+)@")
_OPTION = re.compile(r"[?&;][^=&;]*(?:pass|pwd|token|secret|key|credential)[^=&;]*=([^&;]*)", re.I)
_HIDDEN = "…"


def objection(address: str) -> str | None:
    """Return why the address may not stand in a file, without repeating any of it."""
    if any(REFERENCE.sub("", secret) for secret in _secrets(address)):
        return (
            "address holds a password in clear; put it into an environment variable or the "
            "keyring, change it if others could read it here, and write ${NAME} or "
            "keyring:service/user in its place"
        )
    if not (REFERENCE.match(address) or re.match(r"[a-z][\w+.-]*://", address)):
        return 'address is none, such as "postgres://user:${PGPASSWORD}@host/database"'
    return None


def shown(address: str) -> str:
    """Return the address as readers may see it: the system, the host and the database."""
    bare = re.sub(r"://.*@", "://", address)
    return re.split(r"[?;]", bare)[0]


def resolved(address: str) -> str:
    """Return the address with every reference replaced by what it stands for.

    Raises DataError where a variable is not set or the keyring has no such password.
    """
    before_host = address.rfind("@")

    def value(reference: re.Match) -> str:
        found = value_of(reference)
        return quote(found, safe="") if reference.start() < before_host else found

    return REFERENCE.sub(value, address)


def variables(address: str) -> list[str]:
    """Return the environment variables that an address refers to."""
    return [found[1] for found in REFERENCE.finditer(address) if found[1]]


def without_secrets(text: str, address: str) -> str:
    """Return the text with all that is secret in the address made unreadable."""
    try:
        values = {value_of(reference) for reference in REFERENCE.finditer(address)}
        values |= {resolved(address), *_secrets(resolved(address))}
    except DataError:
        return text
    values |= {unquote_plus(value) for value in values} | {quote(one, safe="") for one in values}
    for value in sorted(filter(None, values), key=lambda one: (-len(one), one)):
        text = text.replace(value, _HIDDEN)
    return text


def held(address: str) -> set[str]:
    """Return what is secret in the address, as it is and without the escapes of addresses.

    Nothing where a reference stands for nothing: then nobody can read the database either.
    """
    try:
        found = set(_secrets(resolved(address)))
    except DataError:
        return set()
    return found | {unquote_plus(one) for one in found} | set(map(unquote, found))


def referred(text: str) -> set[str]:
    """Return what the references in any other text stand for; those that do not are left out."""
    found = set()
    for reference in REFERENCE.finditer(text):
        with suppress(DataError):
            found.add(resolved(reference[0]))
    return found


def value_of(reference: re.Match) -> str:
    """Return what a `REFERENCE` stands for; raises DataError where there is none."""
    variable, service, user = reference.groups()
    if service:
        return _from_keyring(service, user)
    if not (value := os.environ.get(variable)):
        raise DataError(f"needs the environment variable {variable}, which is not set")
    return value


def _secrets(address: str) -> Iterator[str]:
    for pattern in (_PASSWORD, _OPTION):
        yield from (match[1] for match in pattern.finditer(address))


def _from_keyring(service: str, user: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError:
        raise DataError('needs the keyring: pip install "revwork[keyring]"') from None
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise DataError(f"cannot ask the keyring: {error}") from None
    if found is None:
        raise DataError(
            f"needs a password that the keyring does not hold: keyring set {service} {user}"
        )
    return found
