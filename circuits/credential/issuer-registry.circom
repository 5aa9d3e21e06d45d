// IssuerRegistry: the registry lists this key, for this schema, with this status list, without saying where.
// Public : schemaId, registryRoot     Private: Ax, Ay, statusRoot, issuerIndex, issuerChildren[][4]     Output: none (constrains only)
// Params : REGISTRY_LEVELS 6: 4,096 leaves.
// Caller : checks the signature of the key and computes statusRoot; the registry lists keys of order l, and one leaf per (key, schemaId).
// Rules  : (9) registryRoot is the path of P(1003, Ax, Ay, schemaId, statusRoot) at issuerIndex
// Source : circuits/README.md, registry. An empty leaf is 0, which no tagged hash is known to give.
pragma circom 2.1.6;

include "../lib/domain-tags.circom";
include "../lib/merkle-path.circom";
include "../lib/range-check.circom";

template IssuerRegistry(REGISTRY_LEVELS) {
    assert(REGISTRY_LEVELS >= 1 && REGISTRY_LEVELS <= 6);
    signal input schemaId, registryRoot;
    signal input Ax, Ay, statusRoot, issuerIndex, issuerChildren[REGISTRY_LEVELS][4];

    signal leaf <== Poseidon(5)([tagIssuer(), Ax, Ay, schemaId, statusRoot]);                       // (9)
    signal indexBits[2 * REGISTRY_LEVELS] <== Num2Bits(2 * REGISTRY_LEVELS)(issuerIndex);           // (9)
    signal issuerRoot <== MerklePath(REGISTRY_LEVELS)(leaf, indexBits, issuerChildren);             // (9)
    issuerRoot === registryRoot;                                                                    // (9)
}
