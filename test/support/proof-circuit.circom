pragma circom 2.1.6;

// SampleStatement: the prover knows two factors of a public product. Small, and with the traits the proof tests need:
// an output, public inputs that may end in zeros, a private array, and a constraint that can fail.
template SampleStatement() {
    signal input product;
    signal input spare[2];
    signal input factors[2];
    signal output sum;
    signal bound[2];
    product === factors[0] * factors[1];
    sum <== factors[0] + factors[1];
    for (var i = 0; i < 2; i++) bound[i] <== spare[i] * spare[i];
}

component main {public [product, spare]} = SampleStatement();
