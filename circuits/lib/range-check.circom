// RangeCheck: FitsBits proves 0 <= value < 2^BITS; AtMost compares two values that were proved so.
// Public : -     Private: value; left, right     Output: none (constrains only); isAtMost
// Params : BITS 1..253 for FitsBits: with 254 a small value would have a second spelling, k + r. BITS 1..252 for AtMost, as in circomlib.
// Caller : of AtMost calls FitsBits(BITS) on both sides first: the comparator does not check its inputs.
// Rules  : none of its own; callers carry the numbers.
// Source : circuits/README.md, library pitfalls, rows Num2Bits and LessThan. No other file of ours compares by order.
pragma circom 2.1.6;

include "../../node_modules/circomlib/circuits/bitify.circom";
include "../../node_modules/circomlib/circuits/comparators.circom";

template FitsBits(BITS) {
    assert(BITS >= 1 && BITS <= 253);
    signal input value;
    signal bits[BITS] <== Num2Bits(BITS)(value);
}

template AtMost(BITS) {
    assert(BITS >= 1 && BITS <= 252);
    signal input left, right;
    signal output isAtMost <== LessEqThan(BITS)([left, right]);
}
