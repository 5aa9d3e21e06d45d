// Presentation: the holder has one credential of a listed issuer, unrevoked and valid now, that satisfies the statement of this request.
// Public : schemaId, registryRoot, setRoot, scope, nullifierMode, requestHash, now, slotCode[], lo[], hi[], list[][], clauses     Private: secret, blind, credId, attrs[16], statusIndex, validFrom, validUntil, Ax, Ay, R8x, R8y, S, statusWord, statusChildren[][4], issuerIndex, issuerChildren[][4], member, memberIndex, memberChildren[][4]     Output: nullifier, linkTag, credentialTag
// Params : SLOTS 6, CLAUSES 6, LIST 16, REGISTRY_LEVELS 6, STATUS_LEVELS 6, SET_LEVELS 6: the largest that fits the domain 2^14.
// Caller : rebuilds every public input from the stored request, never from the holder; accepts registryRoot only of a current registry with one leaf per (key, schemaId).
// Rules  : (1) holder   (2) attrsRoot   (3) credentialHash   (20) nullifierMode is 0 (person) or 1 (credential)   (21) nullifier   (22) linkTag and credentialTag; the others, 4 to 19, are in the included files
// Source : circuits/README.md. No enable flag and no dummy square: every part is always computed, and every public input stands in a constraint of its own meaning.
pragma circom 2.1.6;

include "../lib/domain-tags.circom";
include "../lib/issuer-signature.circom";
include "clauses.circom";
include "issuer-registry.circom";
include "not-revoked.circom";
include "statement-slot.circom";
include "validity-window.circom";
include "value-set.circom";

template Presentation(SLOTS, CLAUSES, LIST, REGISTRY_LEVELS, STATUS_LEVELS, SET_LEVELS) {
    signal output nullifier, linkTag, credentialTag;
    signal input schemaId, registryRoot, setRoot, scope, nullifierMode, requestHash, now;
    signal input slotCode[SLOTS], lo[SLOTS], hi[SLOTS], list[SLOTS][LIST], clauses;
    signal input secret, blind, credId, attrs[16], statusIndex, validFrom, validUntil;
    signal input Ax, Ay, R8x, R8y, S;
    signal input statusWord, statusChildren[STATUS_LEVELS][4];
    signal input issuerIndex, issuerChildren[REGISTRY_LEVELS][4];
    signal input member, memberIndex, memberChildren[SET_LEVELS][4];

    signal holder <== Poseidon(3)([tagHolder(), secret, blind]);                                          // (1)
    signal attrsRoot <== Poseidon(16)(attrs);                                                             // (2)
    signal credentialHash <== Poseidon(8)([tagCredential(), schemaId, holder, statusIndex, validFrom, validUntil, attrsRoot, credId]); // (3)
    IssuerSignature()(Ax, Ay, R8x, R8y, S, credentialHash);
    signal statusRoot <== NotRevoked(STATUS_LEVELS)(statusIndex, statusWord, statusChildren);
    IssuerRegistry(REGISTRY_LEVELS)(schemaId, registryRoot, Ax, Ay, statusRoot, issuerIndex, issuerChildren);
    ValidityWindow()(now, validFrom, validUntil);

    ValueSet(SET_LEVELS)(setRoot, member, memberIndex, memberChildren);
    signal isTrue[SLOTS];
    for (var k = 0; k < SLOTS; k++) {
        isTrue[k] <== StatementSlot(LIST)(slotCode[k], lo[k], hi[k], list[k], attrs, member);
    }
    Clauses(SLOTS, CLAUSES)(clauses, isTrue);

    nullifierMode * (nullifierMode - 1) === 0;                                                            // (20)
    signal boundId <== nullifierMode * credId;                                                            // (21)
    nullifier <== Poseidon(5)([tagNullifier(), nullifierMode, secret, boundId, scope]);                   // (21)
    linkTag <== Poseidon(3)([tagLink(), secret, requestHash]);                                            // (22)
    credentialTag <== Poseidon(5)([tagCredentialLink(), secret, credentialHash, requestHash, 0]);         // (22)
}
