"""V6: the keys of the election are those that the deals give, and nothing relates them."""

from babyjubjub import CURVE
from key_ceremony import check_keys, keys_hash
from refusal import demand


def check(audit) -> None:
    check_keys(audit.keys, audit.trustee_keys)
    derived = [[str(number) for number in CURVE.affine(key)] for key in audit.keys]
    demand(derived == audit.definition["keys"], "keys", "definition.keys")
    entries = [audit.control["dkg-deal"][i] for i in range(1, audit.n + 1)]
    digest = keys_hash(audit.ceremony_id, entries, audit.keys, audit.trustee_keys)
    demand(digest == audit.confirmed_keys_hash == audit.definition["keysHash"], "keys", "keysHash")
