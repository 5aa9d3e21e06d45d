// CurvePoint: multiples of points of BabyJubJub by numbers given in bits, and sums of points.
// Public : -     Private: point[2], bits[]; left[2], right[2]     Output: multiple[2]; sum[2]
// Params : BITS 251 or 32, the widths that the lemmas below were proved for.
// Caller : takes the bits from Num2Bits in its own template; sees to it that every point is on the curve and the base of AnyMultiple has order l: O and the point of order 2 give O, order 4 or 8 has no witness.
// Rules  : none of its own; callers carry the numbers.
// Source : ERC-2494 in circomlib's coordinates, a = 168700 a square and d = 168696 none, so PointSum has no exceptional input. circuits/README.md, library pitfalls, row MontgomeryAdd.
pragma circom 2.1.6;

include "../../node_modules/circomlib/circuits/babyjub.circom";
include "../../node_modules/circomlib/circuits/bitify.circom";
include "../../node_modules/circomlib/circuits/escalarmulany.circom";
include "../../node_modules/circomlib/circuits/escalarmulfix.circom";

// MontgomeryAdd leaves its slope free when both inputs are equal and has no witness when they are opposite. Two lemmas,
// l = 1.51 * 2^250 prime, say that inside AnyMultiple and FixedMultiple inputs are never equal, and opposite once.
//
// Lemma 1, EscalarMulAny(251), base Q of order l. Within a segment (148 and 103 bits) step i doubles to 2^i * Q, i <= 147,
// and adds that to an odd multiple below 2^i. Sum and difference are odd integers below 2^148 < l in absolute value, so
// never 0 mod l: no addition meets equal or opposite points, no doubling a point of order 2. The base of the second
// segment, 2^148 * Q, has order l too. Conversions fail only at x = 0 or y = 1, which these multiples never have, and at
// u = -1, where the curve has no point (A - 2 = d is no square).
//
// Lemma 2, EscalarMulFix(251) and (32), base G of order l. Of n windows of three bits, the accumulator starts at 2 * 8^n and
// window i adds (1 + e_i) * 8^i. For n = 83 (249 bits; the last two bits are a segment of one window) it is at least
// 2^250 and at most 1.08 * 2^250 before the last window, which adds at most 2^249: differences stay in (0, l), so no
// addition is under-constrained. The chain of constants, the second segment and the 32-bit case (n = 11) stay far below l.
// One sum can be l, in the last window of n = 83: numbers whose low 249 bits are l - 2^250 - (2^249 - 1) / 7 have no witness.

/** The generator G of order l, Base8 of ERC-2494. */
function basePoint() {
    return [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
}

/** J = 2^32 * G: its multiples count apart from those of G below 2^32. */
function packingPoint() {
    return [
        13924641157502813998759594372437865478825281838225516826720234568502723756325,
        5909344824063165275624417723557917583356454568781175462442470854960225156713
    ];
}

template FixedMultiple(BITS) {
    assert(BITS == 251 || BITS == 32);
    signal input bits[BITS];
    signal output multiple[2] <== EscalarMulFix(BITS, basePoint())(bits);
}

template AnyMultiple(BITS) {
    assert(BITS == 251);
    signal input point[2], bits[BITS];
    signal output multiple[2] <== EscalarMulAny(BITS)(bits, point);
}

template PointSum() {
    signal input left[2], right[2];
    signal output sum[2];
    (sum[0], sum[1]) <== BabyAdd()(left[0], left[1], right[0], right[1]);
}
