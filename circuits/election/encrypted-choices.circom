// EncryptedChoices: the ciphertexts hold these marks with this weight, two to a ciphertext, under the keys of the election.
// Public : electionKeys[][2]     Private: marks[], weightBits[], randomness     Output: R[2], C[][2]
// Params : PAIRS 4 | 8 ciphertexts, WEIGHT_BITS 32, SCALAR_BITS 251.
// Caller : proves each mark a bit and takes weightBits from Num2Bits; accepts electionKeys only of order l and R only if it is not O; never counts one R twice.
// Rules  : (7) randomness fits SCALAR_BITS bits   (8) R = randomness * G   (9) C[c] = randomness * electionKeys[c] + marks[2c] * W + marks[2c + 1] * J, W = weight * G
// Source : ElGamal in the exponent with one randomness for all keys, which are independent. 2^251 < r: one spelling; randomness and randomness + l give one ciphertext, harmless.
pragma circom 2.1.6;

include "../lib/curve-point.circom";

template EncryptedChoices(PAIRS, WEIGHT_BITS, SCALAR_BITS) {
    assert(PAIRS >= 1 && SCALAR_BITS <= 251);
    signal input electionKeys[PAIRS][2];
    signal input marks[2 * PAIRS], weightBits[WEIGHT_BITS], randomness;
    signal output R[2], C[PAIRS][2];

    signal scalarBits[SCALAR_BITS] <== Num2Bits(SCALAR_BITS)(randomness);                   // (7)
    R <== FixedMultiple(SCALAR_BITS)(scalarBits);                                           // (8)

    var J[2] = packingPoint();
    signal W[2] <== FixedMultiple(WEIGHT_BITS)(weightBits);                                 // (9)
    signal both[2] <== PointSum()(W, J);                                                    // (9) W + J
    signal masks[PAIRS][2], isBoth[PAIRS], xs[PAIRS][2], ys[PAIRS][2];
    for (var c = 0; c < PAIRS; c++) {
        masks[c] <== AnyMultiple(SCALAR_BITS)(electionKeys[c], scalarBits);                 // (9)
        // One of O, W, J, W + J: O = (0, 1), plus what each mark adds, plus what both add beyond the two.
        isBoth[c] <== marks[2 * c] * marks[2 * c + 1];                                      // (9)
        xs[c][0] <== marks[2 * c] * W[0];                                                   // (9)
        ys[c][0] <== marks[2 * c] * (W[1] - 1);                                             // (9)
        xs[c][1] <== isBoth[c] * (both[0] - W[0] - J[0]);                                   // (9)
        ys[c][1] <== isBoth[c] * (both[1] - W[1] - J[1] + 1);                               // (9)
        var x = xs[c][0] + marks[2 * c + 1] * J[0] + xs[c][1];
        var y = 1 + ys[c][0] + marks[2 * c + 1] * (J[1] - 1) + ys[c][1];
        C[c] <== PointSum()(masks[c], [x, y]);                                              // (9)
    }
}
