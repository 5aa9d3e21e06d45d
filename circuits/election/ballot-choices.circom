// BallotChoices: the voter marks only choices that exist, and the marks obey every rule of the election.
// Public : choiceMask, ruleCoefficients[], ruleMin[], ruleMax[]     Private: marks[]     Output: none (constrains only)
// Params : CHOICES 8 | 16, RULES 8 | 20, SUM_BITS 4 | 5, wide enough for CHOICES.
// Caller : takes the public inputs from the election definition, with 0 <= ruleMin <= ruleMax <= CHOICES and no choice both plus and minus in one rule; a rule that is not used is all zero. Binds marks[] to the ciphertexts.
// Rules  : (4) choiceMask fits CHOICES bits   (5) a mark is 0 or 1, and 0 without a choice   (6) ruleMin <= plus - minus <= ruleMax in every rule
// Source : circuits/README.md, ballot rules. No comparator: -1 is r - 1 in the field and does not fit SUM_BITS.
pragma circom 2.1.6;

include "../lib/range-check.circom";

template BallotChoices(CHOICES, RULES, SUM_BITS) {
    assert(CHOICES >= 1 && CHOICES < 1 << SUM_BITS && 2 * CHOICES <= 253);
    signal input choiceMask, ruleCoefficients[RULES], ruleMin[RULES], ruleMax[RULES];
    signal input marks[CHOICES];

    signal mask[CHOICES] <== Num2Bits(CHOICES)(choiceMask);                        // (4)
    for (var j = 0; j < CHOICES; j++) {
        marks[j] * (marks[j] - mask[j]) === 0;                                     // (5) one constraint is booleanity and masking
    }

    signal sides[RULES][2 * CHOICES], terms[RULES][CHOICES];
    for (var g = 0; g < RULES; g++) {
        sides[g] <== Num2Bits(2 * CHOICES)(ruleCoefficients[g]);                   // (6) plus-bits low, minus-bits high
        var sum = 0;
        for (var j = 0; j < CHOICES; j++) {
            terms[g][j] <== (sides[g][j] - sides[g][CHOICES + j]) * marks[j];      // (6)
            sum += terms[g][j];
        }
        FitsBits(SUM_BITS)(sum - ruleMin[g]);                                      // (6)
        FitsBits(SUM_BITS)(ruleMax[g] - sum);                                      // (6)
    }
}
