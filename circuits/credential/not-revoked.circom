// NotRevoked: the status bit of this credential is 0 in the list whose root comes out.
// Public : -     Private: statusIndex, statusWord, statusChildren[][4]     Output: statusRoot
// Params : STATUS_LEVELS 6: 4,096 words of 248 bits.
// Caller : binds statusIndex to the signed credential and statusRoot to the leaf of the issuer; one list per (key, schemaId).
// Rules  : (6) statusIndex = 256*position + bit fits 8 + 2*STATUS_LEVELS bits   (7) the chosen bit is 0; bits 248..255 read as revoked   (8) the word stands at that position
// Source : circuits/README.md, status lists. 248 bits keep a word canonical: 2^248 < r.
pragma circom 2.1.6;

include "../lib/choose.circom";
include "../lib/domain-tags.circom";
include "../lib/merkle-path.circom";
include "../lib/range-check.circom";

template NotRevoked(STATUS_LEVELS) {
    assert(STATUS_LEVELS >= 1 && STATUS_LEVELS <= 6);
    signal input statusIndex, statusWord, statusChildren[STATUS_LEVELS][4];
    signal output statusRoot;

    signal indexBits[8 + 2 * STATUS_LEVELS] <== Num2Bits(8 + 2 * STATUS_LEVELS)(statusIndex);    // (6)
    signal wordBits[248] <== Num2Bits(248)(statusWord);                                          // (7)

    var entries[256], bitSelectors[8], positionBits[2 * STATUS_LEVELS];
    for (var b = 0; b < 256; b++) {
        entries[b] = b < 248 ? wordBits[b] : 1;
    }
    for (var b = 0; b < 8; b++) {
        bitSelectors[b] = indexBits[b];
    }
    for (var b = 0; b < 2 * STATUS_LEVELS; b++) {
        positionBits[b] = indexBits[8 + b];
    }
    signal isRevoked <== Choose(8)(entries, bitSelectors);                                       // (7)
    isRevoked === 0;                                                                             // (7)
    signal leaf <== Poseidon(2)([tagStatusWord(), statusWord]);                                  // (8)
    statusRoot <== MerklePath(STATUS_LEVELS)(leaf, positionBits, statusChildren);                // (8)
}
