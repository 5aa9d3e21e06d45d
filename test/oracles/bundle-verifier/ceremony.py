"""Who takes part in an election: the body of entry 0, its id, and who signs which entry."""

from digests import jcs, tagged_hash
from ed25519 import decode_key
from entry_shapes import ORGANIZER_KINDS
from refusal import Refusal, demand
from signed_note import LOG_TYPE, parse_vkey
from trust_policy import parse_policy
from envelope import signatures_hold, signer_keys

PAIRS = {"ballot8": 4, "ballot16": 8}


def ceremony_id(body: dict) -> bytes:
    return tagged_hash("sotto/ceremony/1", jcs(body))


def host_of(origin: str) -> str:
    """What the logs of one service share."""
    return origin.split("/")[0]


def election_origin(host: str, identity: bytes) -> str:
    return f"{host}/elections/{identity.hex()[:32]}"


def is_admissible(text: str) -> bool:
    """A key of type 0x01 that no two verifiers can disagree about."""
    try:
        key = parse_vkey(text)
    except Refusal:
        return False
    return key.kind == LOG_TYPE and decode_key(key.public_key) is not None


def check_ceremony(body: dict) -> None:
    """2 <= t <= n <= 15, trustees 1..n in order, names and keys distinct and admissible, a policy that can be met."""
    t, n = body["threshold"]["t"], body["threshold"]["n"]
    trustees = body["trustees"]
    demand(
        t <= n and [trustee["index"] for trustee in trustees] == list(range(1, n + 1)), "ceremony", "trustees"
    )
    demand(len({trustee["name"] for trustee in trustees}) == n, "ceremony", "names")
    keys = [body["organizer"]["key"], *(trustee["key"] for trustee in trustees)]
    demand(all(is_admissible(key) for key in keys), "ceremony", "keys")
    demand(len({parse_vkey(key).public_key for key in keys[1:]}) == n, "ceremony", "keys")
    policy = parse_policy(body["policy"])
    everyone = {key.text for key in policy.cosigners.values()}
    demand(not policy.logs and policy.is_met_by(everyone), "ceremony", "policy")


def check_signers(entry, body: dict) -> None:
    """Exactly the signers that the kind wants, all valid; ballots and the close carry none."""
    if not isinstance(entry, dict) or "signatures" not in entry:
        return
    keys, kind = signer_keys(entry), entry["kind"]
    if kind == "extension":
        demand(keys[0] == body["organizer"]["key"], "signers", kind)
        indices = [trustee_index(key, body) for key in keys[1:]]
        demand(all(a < b for a, b in zip([0, *indices], indices)), "signers", kind)
    elif kind in ORGANIZER_KINDS:
        demand(keys == [body["organizer"]["key"]], "signers", kind)
    else:
        index = entry["body"]["trustee"]
        demand(index <= len(body["trustees"]), "signers", kind)
        demand(keys == [body["trustees"][index - 1]["key"]], "signers", kind)
    demand(signatures_hold(entry), "signers", kind)


def trustee_index(key: str, body: dict) -> int:
    """0 for a key that is no trustee's."""
    return next((trustee["index"] for trustee in body["trustees"] if trustee["key"] == key), 0)
