"""The envelope of control entries and census documents: a body and its authors' signatures."""

from refusal import Refusal
from signed_note import decode_base64, parse_vkey
from strict_json import canonical


def signed_bytes(kind: str, body) -> bytes:
    """What a signature covers; none fits another kind or version."""
    return b"sotto/entry/" + kind.encode("ascii") + b"/v1\x00" + canonical(body)


def signature_holds(document: dict, position: int) -> bool:
    """True when the signature at this position verifies under the key that it names."""
    entry = document["signatures"][position]
    signature = decode_base64(entry["signature"])
    try:
        key = parse_vkey(entry["key"])
    except Refusal:
        return False
    return signature is not None and key.verifies(signed_bytes(document["kind"], document["body"]), signature)


def signatures_hold(document: dict) -> bool:
    """True when every signature verifies under the key that it names, and no key signs twice."""
    keys = signer_keys(document)
    return len(set(keys)) == len(keys) and all(signature_holds(document, i) for i in range(len(keys)))


def signer_keys(document: dict) -> list[str]:
    """The keys that the signatures name, in their order."""
    return [entry["key"] for entry in document["signatures"]]
