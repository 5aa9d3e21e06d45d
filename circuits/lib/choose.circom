// Choose: the output is entries[n], where n is the number that the bits spell, lowest bit first.
// Public : -     Private: entries[], bits[]     Output: chosen
// Params : BITS 1..8; a balanced tree of 2^BITS - 1 products (a one-hot pick of 16 entries would need 48 constraints, this needs 15).
// Caller : takes the bits from Num2Bits in its own template; a bit of another value would mix the entries affinely.
// Rules  : none of its own; callers carry the numbers.
// Source : circuits/README.md, library pitfalls, row Mux.
pragma circom 2.1.6;

template Choose(BITS) {
    assert(BITS >= 1 && BITS <= 8);
    signal input entries[1 << BITS], bits[BITS];
    signal output chosen;

    // All levels in one flat array: 2^BITS entries, then half as many, down to the one that is chosen.
    signal left[(2 << BITS) - 1];
    for (var i = 0; i < 1 << BITS; i++) {
        left[i] <== entries[i];
    }
    var start = 0;
    for (var b = 0; b < BITS; b++) {
        var width = 1 << (BITS - b);
        for (var i = 0; i < width / 2; i++) {
            left[start + width + i] <== left[start + 2 * i] + bits[b] * (left[start + 2 * i + 1] - left[start + 2 * i]);
        }
        start += width;
    }
    chosen <== left[start];
}
