// MerklePath: the root is that of a 4-ary tree of fixed depth in which the leaf stands at the position that the bits spell.
// Public : -     Private: leaf, bits[], children[][4]     Output: root
// Params : LEVELS 1..12; level k picks the child by bits 2k (low) and 2k+1.
// Caller : takes the bits from Num2Bits in its own template; hashes the leaf with a tag, hence not with arity 4; compares the root.
// Rules  : none of its own; callers carry the numbers.
// Source : circuits/README.md, trees. Depth is never an input, and a leaf 0 (an empty place) has no known preimage.
pragma circom 2.1.6;

include "choose.circom";
include "domain-tags.circom";

template MerklePath(LEVELS) {
    assert(LEVELS >= 1 && LEVELS <= 12);
    signal input leaf, bits[2 * LEVELS], children[LEVELS][4];
    signal output root;

    signal below[LEVELS + 1], picked[LEVELS];
    below[0] <== leaf;
    for (var k = 0; k < LEVELS; k++) {
        picked[k] <== Choose(2)(children[k], [bits[2 * k], bits[2 * k + 1]]);
        picked[k] === below[k];
        below[k + 1] <== Poseidon(4)(children[k]);
    }
    root <== below[LEVELS];
}
