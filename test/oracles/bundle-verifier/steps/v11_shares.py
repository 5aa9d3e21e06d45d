"""V11: the trustees' shares of the closed sum. An invalid one is named and blocks nothing."""

from proofs_of_knowledge import check_shares, election_head
from refusal import Refusal, demand


def check(audit) -> None:
    head = election_head(audit.identity, audit.close_hash)
    audit.valid_shares = {}
    for i, entry in sorted(audit.control["decryption-share"].items()):
        body, keys = entry["body"], audit.trustee_keys[i - 1]
        try:
            demand(body["closeHash"] == audit.close_hash.hex(), "share")
            deltas = check_shares(head, "sotto/decryption-share/1", i, keys, audit.sum_r, body["shares"])
        except Refusal:
            audit.warnings.add(f"share-invalid-{i}")
        else:
            audit.valid_shares[i] = deltas
    demand(len(audit.valid_shares) >= audit.t, "shares-too-few")
