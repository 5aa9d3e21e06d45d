// Ballot: a member of the census marks choices within the rules of the election and encrypts the marks, weighted as the census says, under its keys.
// Public : electionId, sequence, choiceMask, ruleCoefficients[], ruleMin[], ruleMax[], electionKeys[][2]     Private: voterSecret, weight, leafIndex, children[][4], marks[], randomness     Output: censusRoot, nullifier, R[2], C[][2]
// Params : CHOICES 8 | 16, CENSUS_LEVELS 12 in both, so one census serves both, RULES 8 | 20, SUM_BITS 4 | 5, WEIGHT_BITS 32, SCALAR_BITS 251.
// Caller : rebuilds every input but sequence from the election definition, never from the voter; checks censusRoot, the keys (order l), R (not O), the range of sequence, and counts one ballot per nullifier.
// Rules  : (1) weight fits WEIGHT_BITS bits; commitment and leaf   (2) censusRoot is the path of the leaf at leafIndex   (3) nullifier   (10) sequence is bound to the proof; the others, 4 to 9, are in the included files
// Source : circuits/README.md. Root, nullifier, R and C are computed and come out; nothing is compared under a mask, so no ciphertext of an unused choice is free.
pragma circom 2.1.6;

include "../lib/domain-tags.circom";
include "../lib/merkle-path.circom";
include "../lib/range-check.circom";
include "ballot-choices.circom";
include "encrypted-choices.circom";

template Ballot(CHOICES, CENSUS_LEVELS, RULES, SUM_BITS, WEIGHT_BITS, SCALAR_BITS) {
    assert(CHOICES % 2 == 0 && CENSUS_LEVELS >= 1 && CENSUS_LEVELS <= 12 && WEIGHT_BITS <= 32);
    signal output censusRoot, nullifier, R[2], C[CHOICES \ 2][2];
    signal input electionId, sequence, choiceMask, ruleCoefficients[RULES], ruleMin[RULES], ruleMax[RULES];
    signal input electionKeys[CHOICES \ 2][2];
    signal input voterSecret, weight, leafIndex, children[CENSUS_LEVELS][4], marks[CHOICES], randomness;

    signal weightBits[WEIGHT_BITS] <== Num2Bits(WEIGHT_BITS)(weight);                               // (1)
    signal commitment <== Poseidon(2)([tagVoterCommitment(), voterSecret]);                         // (1)
    signal leaf <== Poseidon(3)([tagCensusLeaf(), commitment, weight]);                             // (1)
    signal indexBits[2 * CENSUS_LEVELS] <== Num2Bits(2 * CENSUS_LEVELS)(leafIndex);                 // (2)
    censusRoot <== MerklePath(CENSUS_LEVELS)(leaf, indexBits, children);                            // (2)
    nullifier <== Poseidon(3)([tagBallotNullifier(), voterSecret, electionId]);                     // (3)

    BallotChoices(CHOICES, RULES, SUM_BITS)(choiceMask, ruleCoefficients, ruleMin, ruleMax, marks);
    (R, C) <== EncryptedChoices(CHOICES \ 2, WEIGHT_BITS, SCALAR_BITS)(electionKeys, marks, weightBits, randomness);

    // Without a quadratic constraint of its own the optimiser would drop it, and any sequence would fit the proof.
    signal squaredSequence <== sequence * sequence;                                                 // (10)
}
