"""V7: the verification key is the anchored one, and is folded with what all ballots of this election share."""

from definition import constant_signals
from digests import sha256
from groth16 import parse_key
from refusal import demand
from shapes import counter, hex64, obj, text
from strict_json import parse_canonical

SIGNALS = {"ballot8": 47, "ballot16": 99}
provenance_shape = obj(
    {
        "ceremony": text(1, 96),
        "circom2": text(1, 96),
        "circomlib": text(1, 96),
        "constraints": counter,
        "id": text(1, 96),
        "r1csSha256": hex64,
        "vkeySha256": hex64,
        "zkeySha256": hex64,
    }
)


def check(audit) -> None:
    circuit, data = audit.definition["circuit"], audit.bundle.read("circuit/vkey.json")
    demand(sha256(data).hex() == circuit["vkeySha256"], "circuit", "vkeySha256")
    anchored = audit.main["circuit-key"]
    demand(
        anchored["kind"] == "circuit-key" and anchored["circuitId"] == circuit["id"], "circuit", "circuitId"
    )
    for member in ("vkeySha256", "r1csSha256", "ceremony"):
        demand(anchored[member] == circuit[member], "circuit", member)
    provenance = parse_canonical(audit.bundle.read("circuit/provenance.json"), 8192, 3, 255)
    provenance_shape(provenance)
    demand(all(provenance[member] == value for member, value in circuit.items()), "circuit", "provenance")
    if circuit["ceremony"] == "dev":
        demand(audit.allow_dev_keys, "circuit", "development keys")
        audit.warnings.add("development-keys")
    key = parse_key(data, SIGNALS[circuit["id"]])
    audit.folded_key = key.fold(constant_signals(audit.definition, audit.identity))
