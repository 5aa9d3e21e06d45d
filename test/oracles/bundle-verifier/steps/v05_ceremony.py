"""V5: the key ceremony, message by message, and its rehearsal."""

from babyjubjub import CURVE, G
from ceremony import PAIRS
from digests import hash_to_scalar, i32, u8
from key_ceremony import check_deal, derive_keys
from proofs_of_knowledge import ENCRYPTION_KEY, check_knowledge, check_shares, election_head
from refusal import demand


def check(audit) -> None:
    n, t, control = audit.n, audit.t, audit.control
    audit.pairs = PAIRS[audit.ceremony["circuit"]]
    for i, entry in control["trustee-key"].items():
        body = entry["body"]
        check_knowledge(audit.ceremony_id, n, t, ENCRYPTION_KEY, i, 0, body["key"], body["proof"])
    for i, entry in control["dkg-deal"].items():
        commitment = control["dkg-commit"][i]["body"]["commitment"]
        check_deal(audit.ceremony_id, n, t, audit.pairs, entry["body"], commitment)
    demand(not audit.has_complaint, "ceremony", "a complaint")
    confirmed = {entry["body"]["keysHash"] for entry in control["dkg-confirm"].values()}
    endorsed = {entry["body"]["keysHash"] for entry in control["definition-signature"].values()}
    demand(len(confirmed) == 1 and endorsed == confirmed, "ceremony", "keysHash")
    audit.confirmed_keys_hash = confirmed.pop()
    deals = [control["dkg-deal"][i]["body"] for i in range(1, n + 1)]
    audit.keys, audit.trustee_keys = derive_keys(deals, n, audit.pairs)
    for number in (1, 2):
        _check_drill(audit, number)


def _check_drill(audit, number: int) -> None:
    """ρ is public, so everyone knows δ = ρ·D beforehand; the proof alone shows that the key is at hand."""
    rho = hash_to_scalar("sotto/drill/1", i32(audit.identity), u8(number))
    base, head = CURVE.multiply(rho, G), election_head(audit.identity, u8(number))
    for i, entry in audit.control[f"drill-share {number}"].items():
        keys = audit.trustee_keys[i - 1]
        deltas = check_shares(head, "sotto/drill-share/1", i, keys, base, entry["body"]["shares"])
        expected = (CURVE.multiply(rho, key) for key in keys)
        demand(all(map(CURVE.equal, deltas, expected)), "ceremony", "drill")
