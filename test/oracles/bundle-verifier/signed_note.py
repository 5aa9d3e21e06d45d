"""C2SP signed-note, tlog-checkpoint and tlog-cosignature, read strictly: one meaning of every byte."""

import base64
import binascii
import re
import unicodedata

import ed25519
from digests import sha256
from refusal import Refusal, demand
from strict_json import MAX_SAFE, decode_utf8

MAX_SIGNATURES = 32
MAX_NOTE_BYTES = 64 * 1024
LOG_TYPE, COSIGNER_TYPE = 0x01, 0x04
CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
VKEY = re.compile(r"([^+]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})", re.DOTALL)
LINE = re.compile("\u2014 ([^ ]{1,255}) ([A-Za-z0-9+/=]+)")
SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


def decode_base64(text: str) -> bytes | None:
    """The bytes of canonical, padded, standard base64, or None."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def is_key_name(name: str) -> bool:
    """1 to 255 characters, no plus sign, no white space, nothing of the Unicode groups Z and C."""
    return 0 < len(name) <= 255 and not any(
        character == "+" or unicodedata.category(character)[0] in "ZC" for character in name
    )


class VerifierKey:
    """A public key with the name it signs under."""

    def __init__(self, name: str, kind: int, public_key: bytes) -> None:
        self.name, self.kind, self.public_key = name, kind, public_key
        self.key_id = sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public_key)[:4]

    @property
    def text(self) -> str:
        typed = base64.b64encode(bytes([self.kind]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{typed}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        return ed25519.verify(self.public_key, message, signature)


def parse_vkey(text: str) -> VerifierKey:
    """name+hex(keyId)+base64(type || key). Refuses `malformed-log`."""
    match = VKEY.fullmatch(text)
    typed = decode_base64(match[3]) if match else None
    good = (
        typed is not None
        and len(typed) == 33
        and typed[0] in (LOG_TYPE, COSIGNER_TYPE)
        and is_key_name(match[1])
    )
    demand(good, "malformed-log", "expected a note key")
    key = VerifierKey(match[1], typed[0], typed[1:])
    demand(key.key_id.hex() == match[2], "malformed-log", "expected a note key")
    return key


class Note:
    """Text (ending with LF, what signatures cover) and signature lines (name, key id, signature)."""

    def __init__(self, text: str, lines: list[tuple[str, bytes, bytes]]) -> None:
        self.text, self.lines = text, lines

    def lines_of(self, key: VerifierKey):
        return [
            signature for name, key_id, signature in self.lines if name == key.name and key_id == key.key_id
        ]


def parse_note(data: bytes) -> Note:
    """Splits at the last empty line; verifies nothing. Refuses `malformed-log`."""
    try:
        text = decode_utf8(data[: MAX_NOTE_BYTES + 1])
    except Refusal:
        raise Refusal("malformed-log", "expected UTF-8") from None
    demand(len(data) <= MAX_NOTE_BYTES and not CONTROL.search(text), "malformed-log", "expected UTF-8 lines")
    split = text.rfind("\n\n")
    demand(split >= 0 and text.endswith("\n"), "malformed-log", "expected text, an empty line and signatures")
    rows = text[split + 2 : -1].split("\n")
    demand(len(rows) <= MAX_SIGNATURES, "malformed-log", "too many signatures")
    return Note(text[: split + 1], [_parse_line(row) for row in rows])


def _parse_line(row: str) -> tuple[str, bytes, bytes]:
    match = LINE.fullmatch(row)
    data = decode_base64(match[2]) if match else None
    plain = match is not None and not any(
        c in "+\ufeff" or unicodedata.category(c)[0] == "Z" for c in match[1]
    )
    demand(plain and data is not None and len(data) >= 5, "malformed-log", "expected a signature line")
    return match[1], data[:4], data[4:]


class Checkpoint:
    """What a log's operator says about its tree, and the note that says it."""

    def __init__(self, origin: str, size: int, root: bytes, note: Note) -> None:
        self.origin, self.size, self.root, self.note = origin, size, root, note


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Exactly three lines: origin, size, root. Refuses `malformed-log`."""
    note = parse_note(data)
    rows = note.text.split("\n")
    demand(len(rows) == 4 and rows[3] == "" and is_key_name(rows[0]), "malformed-log", "expected three lines")
    demand(
        SIZE.fullmatch(rows[1]) is not None and int(rows[1]) <= MAX_SAFE, "malformed-log", "expected a size"
    )
    root = decode_base64(rows[2])
    demand(root is not None and len(root) == 32, "malformed-log", "expected a root")
    return Checkpoint(rows[0], int(rows[1]), root, note)


def log_signature_holds(note: Note, keys: list[VerifierKey]) -> bool:
    """At least one line of a known key, and every line of a known key verifies."""
    message = note.text.encode("utf-8")
    checked = [key.verifies(message, signature) for key in keys for signature in note.lines_of(key)]
    return bool(checked) and all(checked)


def cosignature_times(note: Note, cosigners: list[VerifierKey]) -> dict[str, int] | None:
    """Newest time by cosigner key text; None when a line of a known cosigner does not verify."""
    times: dict[str, int] = {}
    for key in cosigners:
        for data in note.lines_of(key):
            time = int.from_bytes(data[:8], "big")
            signed = f"cosignature/v1\ntime {time}\n{note.text}".encode("utf-8")
            if len(data) != 72 or not 0 < time <= MAX_SAFE or not key.verifies(signed, data[8:]):
                return None
            times[key.text] = max(time, times.get(key.text, 0))
    return times
