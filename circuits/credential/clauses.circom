// Clauses: every clause of the statement has at least one true slot.
// Public : clauses     Private: isTrue[]     Output: none (constrains only)
// Params : SLOTS 6, CLAUSES 6; bit SLOTS*c + k of clauses puts slot k in clause c.
// Caller : takes isTrue[] from StatementSlot, so each is a bit; repeats a clause where the statement has fewer than CLAUSES.
// Rules  : (19) clauses fits SLOTS*CLAUSES bits, and each clause has a true slot; an empty clause is never satisfied
// Source : circuits/README.md, slots.
pragma circom 2.1.6;

include "../lib/range-check.circom";

template Clauses(SLOTS, CLAUSES) {
    assert(SLOTS >= 1 && CLAUSES >= 1 && SLOTS * CLAUSES <= 253);
    signal input clauses;
    signal input isTrue[SLOTS];

    signal mask[SLOTS * CLAUSES] <== Num2Bits(SLOTS * CLAUSES)(clauses);          // (19)
    signal hits[CLAUSES][SLOTS], misses[CLAUSES][SLOTS];
    for (var c = 0; c < CLAUSES; c++) {
        for (var k = 0; k < SLOTS; k++) {
            hits[c][k] <== mask[SLOTS * c + k] * isTrue[k];                       // (19)
        }
        misses[c][0] <== 1 - hits[c][0];                                          // (19)
        for (var k = 1; k < SLOTS; k++) {
            misses[c][k] <== misses[c][k - 1] * (1 - hits[c][k]);                 // (19)
        }
        misses[c][SLOTS - 1] === 0;                                               // (19)
    }
}
