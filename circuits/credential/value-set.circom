// ValueSet: the member stands in the value set of the request, without saying where.
// Public : setRoot     Private: member, memberIndex, memberChildren[][4]     Output: none (constrains only)
// Params : SET_LEVELS 6: up to 4,096 codes.
// Caller : compares an attribute with the member, never for inequality: a prover can always show some other member.
// Rules  : (13) setRoot is the path of P(1009, member) at memberIndex
// Source : circuits/README.md, value sets. A request without a set names the root of the single value 0.
pragma circom 2.1.6;

include "../lib/domain-tags.circom";
include "../lib/merkle-path.circom";
include "../lib/range-check.circom";

template ValueSet(SET_LEVELS) {
    assert(SET_LEVELS >= 1 && SET_LEVELS <= 6);
    signal input setRoot;
    signal input member, memberIndex, memberChildren[SET_LEVELS][4];

    signal leaf <== Poseidon(2)([tagValueSet(), member]);                                 // (13)
    signal indexBits[2 * SET_LEVELS] <== Num2Bits(2 * SET_LEVELS)(memberIndex);           // (13)
    signal memberRoot <== MerklePath(SET_LEVELS)(leaf, indexBits, memberChildren);        // (13)
    memberRoot === setRoot;                                                               // (13)
}
