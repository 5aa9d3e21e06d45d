// ValidityWindow: the credential is valid now, both ends inclusive.
// Public : now     Private: validFrom, validUntil     Output: none (constrains only)
// Params : none; Unix seconds of 40 bits reach the year 36812, while milliseconds, taken for seconds, are refused from 3 November 2004 on.
// Caller : binds validFrom and validUntil to the signed credential; rebuilds now from the request, so the holder chooses no time.
// Rules  : (10) validFrom, validUntil and now fit 40 bits   (11) validFrom <= now   (12) now <= validUntil
// Source : circuits/README.md, time.
pragma circom 2.1.6;

include "../lib/range-check.circom";

template ValidityWindow() {
    signal input now;
    signal input validFrom, validUntil;

    FitsBits(40)(validFrom);                               // (10)
    FitsBits(40)(validUntil);                              // (10)
    FitsBits(40)(now);                                     // (10)
    signal isStarted <== AtMost(40)(validFrom, now);       // (11)
    isStarted === 1;                                       // (11)
    signal isUnexpired <== AtMost(40)(now, validUntil);    // (12)
    isUnexpired === 1;                                     // (12)
}
