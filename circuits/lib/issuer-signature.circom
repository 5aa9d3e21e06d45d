// IssuerSignature: the key A = (Ax, Ay) signed the message with EdDSA-Poseidon; the signature is (R8, S).
// Public : -     Private: Ax, Ay, R8x, R8y, S, message     Output: none (constrains only)
// Params : none.
// Caller : accepts only keys of order l (a key with a torsion part verifies here; registries refuse it) and derives nothing from signature bytes: many signatures of one message verify.
// Rules  : (4) R8 and A satisfy the curve equation   (5) the signature holds, S < l and 8A is not the identity
// Source : RFC 8032 with Poseidon for SHA-512, as circomlib's eddsaposeidon.circom makes it; its inner hash is untagged, of arity 5, and used as a scalar only.
pragma circom 2.1.6;

include "../../node_modules/circomlib/circuits/babyjub.circom";
include "../../node_modules/circomlib/circuits/eddsaposeidon.circom";

template IssuerSignature() {
    signal input Ax, Ay, R8x, R8y, S, message;

    BabyCheck()(R8x, R8y);                                        // (4) the point arithmetic assumes it
    BabyCheck()(Ax, Ay);                                          // (4)
    EdDSAPoseidonVerifier()(1, Ax, Ay, S, R8x, R8y, message);     // (5) enabled is a constant, never a signal
}
