// StatementSlot: one literal of the statement, evaluated over the attributes, is the bit that comes out.
// Public : slotCode, lo, hi, list[]     Private: attrs[16], member     Output: isTrue
// Params : LIST 16: values of an inline list.
// Caller : binds attrs to the signed credential and member to setRoot; takes the public inputs from the request; counts isTrue in a clause.
// Rules  : (14) slotCode fits 12 bits: field 0-3, field2 4-7, op 8-10, not 11   (15) an absent operand makes it false, negated or not (op 6 apart)   (16) ordered operand and bounds in use fit 64 bits   (17) result by op, then not; off stays false   (18) op 7 is never negated
// Source : circuits/README.md, slots. An absent attribute is 0; ordered values are 1..2^63-1, so every difference plus 2^63 is in 64 bits.
pragma circom 2.1.6;

include "../lib/choose.circom";
include "../lib/range-check.circom";

template StatementSlot(LIST) {
    assert(LIST >= 1);
    signal input slotCode, lo, hi, list[LIST];
    signal input attrs[16], member;
    signal output isTrue;

    signal code[12] <== Num2Bits(12)(slotCode);                                                  // (14)
    signal v <== Choose(4)(attrs, [code[0], code[1], code[2], code[3]]);                         // (14)
    signal w <== Choose(4)(attrs, [code[4], code[5], code[6], code[7]]);                         // (14)
    signal isNegated <== code[11];

    // Each op is a product of its three bits, so exactly one of the eight is 1 and none is undefined.
    signal bits01 <== code[8] * code[9];                                                         // (14)
    signal bits02 <== code[8] * code[10];                                                        // (14)
    signal bits12 <== code[9] * code[10];                                                        // (14)
    signal isInSet <== bits01 * code[10];                                                        // (14) op 7
    var isEq = code[8] - bits01 - bits02 + isInSet;                                              // op 1; op 0 is off: no term below counts it
    var isBetween = code[9] - bits01 - bits12 + isInSet;                                         // op 2
    var isIn = bits01 - isInSet;                                                                 // op 3
    var isDiff = code[10] - bits02 - bits12 + isInSet;                                           // op 4
    var isSame = bits02 - isInSet;                                                               // op 5
    var isPresent = bits12 - isInSet;                                                            // op 6
    var isOrdered = isBetween + isDiff;

    signal isAbsentV <== IsZero()(v);                                                            // (15)
    signal isAbsentW <== IsZero()(w);                                                            // (15)
    signal isSecondMissing <== (isDiff + isSame) * isAbsentW;                                    // (15)
    signal hasOperands <== (1 - isAbsentV) * (1 - isSecondMissing);                              // (15)

    signal ofBetween <== isBetween * v;                                                          // (16)
    signal ofDiff <== isDiff * (v - w + (1 << 63));                                              // (16)
    signal x <== (ofBetween + ofDiff) * hasOperands;                                             // (16)
    signal loInUse <== isOrdered * lo;                                                           // (16)
    signal hiInUse <== isOrdered * hi;                                                           // (16)
    FitsBits(64)(x);                                                                             // (16)
    FitsBits(64)(loInUse);                                                                       // (16)
    FitsBits(64)(hiInUse);                                                                       // (16)

    signal isFromLo <== AtMost(64)(loInUse, x);                                                  // (17)
    signal isToHi <== AtMost(64)(x, hiInUse);                                                    // (17)
    signal isWithin <== isFromLo * isToHi;                                                       // (17)
    signal equalsLo <== IsEqual()([v, lo]);                                                      // (17)
    signal equalsW <== IsEqual()([v, w]);                                                        // (17)
    signal equalsMember <== IsEqual()([v, member]);                                              // (17)
    signal distances[LIST];                                                                      // products of v - list[i]: 0 if v is any of them
    distances[0] <== v - list[0];                                                                // (17)
    for (var i = 1; i < LIST; i++) {
        distances[i] <== distances[i - 1] * (v - list[i]);                                       // (17)
    }
    signal isListed <== IsZero()(distances[LIST - 1]);                                           // (17)

    isInSet * isNegated === 0;                                                                   // (18)

    signal byEq <== isEq * equalsLo;                                                             // (17)
    signal byOrder <== isOrdered * isWithin;                                                     // (17)
    signal byList <== isIn * isListed;                                                           // (17)
    signal bySame <== isSame * equalsW;                                                          // (17)
    signal bySet <== isInSet * equalsMember;                                                     // (17)
    signal flipped <== (byEq + byOrder + byList + bySame + bySet) * (1 - 2 * isNegated) + isNegated; // (17)
    signal counted <== flipped * hasOperands;                                                    // (15)
    signal presence <== (1 - isAbsentV) * (1 - 2 * isNegated) + isNegated;                       // (17)
    signal byPresence <== isPresent * presence;                                                  // (17)
    isTrue <== counted * (isEq + isOrdered + isIn + isSame + isInSet) + byPresence;              // (17)
}
