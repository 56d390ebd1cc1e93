"""Whether anything that leaves a run holds a secret, however it is written or wrapped."""

import binascii
import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote_to_bytes
from zipfile import BadZipFile, ZipFile

from revwork.run import credentials

if TYPE_CHECKING:
    from revwork.workspace import Company

OWN = "a secret of the workspace"
_GONE = "…"
_DEEP = 3  # wrappings within each other
_SHORT, _LONG = 4, 8  # signs of a secret: fewer are in any text; fewer are looked for as a word
_BLOB = re.compile(rb"base64,([A-Za-z0-9+/=\s]{64,})")
_DRAWN = re.compile(rb' d="[MLHVCSQTAZmlhvcsqtaz\d\s.,-]*"')  # the lines of a picture
_TAG = re.compile(rb"<[^<>]*>")
_STREAM = re.compile(rb"stream\r?\n([\s\S]*?)endstream")
_PACKED = re.compile(rb"[A-Za-z0-9+/_-]")
_WORDS = bytes(sign if _PACKED.match(bytes([sign])) else 32 for sign in range(256))
_STANDARD = bytes.maketrans(b"-_", b"+/")
_SPACES = b" \t\r\n\\"
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def secrets_of(company: "Company") -> tuple[str, ...]:
    """Return what is secret in the company's revwork.toml, as its references stand for it now."""
    import tomllib

    from revwork.data.secrets import held, referred

    toml = tomllib.loads((company.folder / "revwork.toml").read_text("utf-8-sig"))
    addresses = [one.pop("address", "") for one in toml.get("tables", {}).values()]
    values = [held(one) for one in addresses] + [referred(text) for text in _strings(toml)]
    return tuple(sorted(set().union(*values) - {""}))


def hits(content: str | bytes, secrets: Sequence[str] = ()) -> list[str]:
    """Return which secrets a file holds, each by its kind and its place, never by itself.

    `content`: text, HTML, JSON, a notebook, a workbook, slides or a PDF. Beside the values of
    `secrets`, whatever is a credential by its looks; also where it is escaped for HTML or JSON,
    percent-encoded or in base64. Values of fewer than four signs, and words and numbers of fewer
    than eight, are found in connection strings only: they stand in any report.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    if data.startswith(b"PK\3\4"):
        return _in_members(data, secrets)
    if data.startswith(b"%PDF"):
        return _in_pdf(data, secrets)
    if data.lstrip()[:1] in (b"{", b"[") and (told := _json(data)) is not None:
        data = "\n".join(_strings(told)).encode("utf-8", "replace")
        return [f"{kind} in its JSON" for kind, _ in _kinds(data, secrets)]
    return [f"{kind} in {place}" for kind, place in _kinds(data, secrets)]


def in_notebook(notebook: Any, secrets: Sequence[str] = ()) -> list[str]:
    """Return which secrets an executed notebook holds: in which cell and which part of it.

    Cells are counted from 1 as in the notebook's source; values that were given to it stand in
    "its parameters".
    """
    if not (anywhere := hits("\n".join(_strings(notebook)), secrets)):
        return []
    told = [
        f"{kind} in {place}"
        for place, part in _parts(notebook)
        for kind, _ in _kinds("\n".join(_strings(part)).encode("utf-8", "replace"), secrets)
    ]
    return list(dict.fromkeys(told)) or anywhere


def redacted(notebook: Any, secrets: Sequence[str] = ()) -> Any:
    """Return a copy of the notebook in which no secret stands any more."""
    return _clean(deepcopy(notebook), secrets)


def without(text: str, secrets: Sequence[str] = ()) -> str:
    """Return the text with each secret in it made unreadable; all of it where one is encoded."""
    for value in sorted(filter(_is_looked_for, secrets), key=len, reverse=True):
        for form in _written(value):
            text = text.replace(form.decode("utf-8"), _GONE)
    data = text.encode("utf-8", "surrogatepass")
    while spot := next(credentials.found(data), None):
        data = data[: spot[1]] + _GONE.encode() + data[spot[2] :]
    text = data.decode("utf-8", "surrogatepass")
    left = hits(text, secrets)
    return f"[left out: {', '.join(left)}]" if left else text


def _kinds(data: bytes, secrets: Sequence[str]) -> list[tuple[str, str]]:
    """The kinds of secrets in a text, each with the place where it is seen first."""
    wanted = [(value, _written(value)) for value in secrets if _is_looked_for(value)]
    seen: dict[str, str] = {}
    for depth, layer, looked_at in _layers(data.replace(b"\0", b"")):
        found = [
            (OWN, at) for value, forms in wanted if (at := _position(layer, value, forms)) >= 0
        ]
        if looked_at:
            found += [(kind, at) for kind, at, _ in credentials.found(layer)]
        for kind, at in found:
            line = layer.count(b"\n", 0, at) + 1
            seen.setdefault(kind, f"line {line}" if depth == 0 else "what is encoded in it")
    return list(seen.items())


def _layers(data: bytes, depth: int = 0) -> Iterator[tuple[int, bytes, bool]]:
    """The text as a reader sees it and as it is, and what is packed in it, one in another.

    With how deep it lies, and whether credentials are looked for by their looks, too.
    """
    pieces = _BLOB.split(data)
    rest, blobs = _DRAWN.sub(b"", b" ".join(pieces[::2])), pieces[1::2]
    plain = _plain(rest)
    yield depth, plain, True
    if plain != rest:
        yield depth, rest, False
    if b"</" in plain:
        yield depth, _TAG.sub(b"", plain), False
    if depth < _DEEP:
        packed = [*blobs, *_packed(plain)]
        if inside := b"\n".join(filter(None, map(_unpacked, packed))):
            yield from _layers(inside, depth + 1)


def _plain(data: bytes) -> bytes:
    """Without the escapes of HTML and of addresses, twice: one may stand in the other."""
    for _ in range(2):
        before = data
        if b"&" in data:
            data = unescape(data.decode("utf-8", "replace")).encode("utf-8", "replace")
        if b"%" in data:
            data = unquote_to_bytes(data)
        if data == before:
            break
    return data


def _packed(text: bytes) -> Iterator[bytes]:
    """The words that may be base64."""
    return (word for word in text.translate(_WORDS).split() if len(word) >= 16)


def _unpacked(word: bytes) -> bytes:
    whole = word.translate(_STANDARD, b"=" + _SPACES)
    whole = whole[: len(whole) - (len(whole) % 4 == 1)]
    try:
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return b""


def _position(layer: bytes, value: str, forms: Sequence[bytes]) -> int:
    """Where a value stands in one of its forms, a short one as a word of its own; else -1."""
    at = next((at for form in forms if (at := layer.find(form)) >= 0), -1)
    if at < 0 or len(value) >= _LONG:
        return at
    word = rb"(?<![^\W_])(?:" + b"|".join(map(re.escape, forms)) + rb")(?![^\W_])"
    found = re.search(word, layer)
    return found.start() if found else -1


def _is_looked_for(value: str) -> bool:
    """Whether a value is long or odd enough to be told from the words and numbers of a report."""
    return len(value) >= _LONG or (len(value) >= _SHORT and not (value.isalpha() or _number(value)))


def _number(value: str) -> bool:
    return value.replace(".", "").replace(",", "").replace("-", "").isdigit()


def _written(value: str) -> list[bytes]:
    """A value as it is, as JSON, Python and forms write it, and within any longer base64."""
    raw = value.encode("utf-8", "replace")
    texts = [value, json.dumps(value)[1:-1], repr(value)[1:-1], quote_plus(value)]
    forms = [one.encode("utf-8", "replace") for one in texts]
    if len(raw) >= _LONG:
        forms += [raw.hex().encode(), *(_inside_base64(raw, pad) for pad in range(3))]
    return list(dict.fromkeys(forms))


def _inside_base64(raw: bytes, pad: int) -> bytes:
    """What base64 shows of it behind so many other bytes, whatever stands before and behind."""
    whole = b64encode(b"\0" * pad + raw).rstrip(b"=")
    return whole[-(-pad * 8 // 6) : len(whole) - ((pad + len(raw)) % 3 > 0)]


def _in_members(data: bytes, secrets: Sequence[str]) -> list[str]:
    try:
        with ZipFile(BytesIO(data)) as packed:
            members = [(one, packed.read(one)) for one in packed.namelist()]
    except (BadZipFile, zlib.error):
        return [f"{kind} in {place}" for kind, place in _kinds(data, secrets)]
    told = [(name, one.partition(" in ")[0]) for name, m in members for one in hits(m, secrets)]
    return [f"{kind} in {name}" for name, kind in dict.fromkeys(told)]


def _in_pdf(data: bytes, secrets: Sequence[str]) -> list[str]:
    """As far as a PDF tells: what it draws with its own alphabets is seen in its page."""
    text = b"\n".join([data, *map(_inflated, _STREAM.findall(data))])
    return [f"{kind} in the PDF" for kind, _ in _kinds(text, secrets)]


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _strings(told: Any) -> Iterator[str]:
    """Every text in JSON's types, names of values too; lines that were split together again."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for name, value in told.items():
            yield f'"{name}": "{value}"' if isinstance(value, str) else str(name)
            yield from _strings(value) if not isinstance(value, str) else ()
    elif isinstance(told, list):
        if _is_split(told):
            yield "".join(told)
        else:
            for value in told:
                yield from _strings(value)


def _is_split(lines: list) -> bool:
    """Whether a list is a text of several lines, as notebooks are kept."""
    return all(isinstance(one, str) for one in lines) and all(
        one.endswith("\n") for one in lines[:-1]
    )


def _parts(notebook: Any) -> Iterable[tuple[str, Any]]:
    number = 0
    for cell in notebook["cells"]:
        added = _ADDED & set(cell["metadata"].get("tags", []))
        number += not added
        place = "its parameters" if added else f"cell {number}"
        yield place, {**cell, "outputs": []}
        yield f"the output of {place}", cell.get("outputs", [])
    yield "its metadata", notebook["metadata"]


def _clean(told: Any, secrets: Sequence[str]) -> Any:
    if isinstance(told, str):
        return without(told, secrets)
    if isinstance(told, dict):
        for key in list(told):
            told[without(key, secrets)] = _clean(told.pop(key), secrets)
    elif isinstance(told, list):
        split = len(told) > 1 and _is_split(told)
        told[:] = [without("".join(told), secrets)] if split else [_clean(o, secrets) for o in told]
    return told
