// DomainTags: every hash of ours starts with the tag of its role, so that no output can be read in another role.
// Public : -     Private: -     Output: the tag of each role, as a constant function
// Params : none.
// Caller : writes Poseidon(arity)([tag(), ...]) with exactly the arity listed here; a static test compares every call.
// Rules  : none of its own; arity 4 is a tree node and nothing else, arity 16 is the attribute root and nothing else, both untagged.
// Source : circuits/README.md, domain tags. 1008 REQUEST (arity 8) is hashed outside; 1010-1099 are reserved here, 2001-2099 belong to elections.
pragma circom 2.1.6;

include "../../node_modules/circomlib/circuits/poseidon.circom";

function tagHolder() { return 1001; }         // arity 3: secret, blind
function tagCredential() { return 1002; }     // arity 8: schemaId, holder, statusIndex, validFrom, validUntil, attrsRoot, credId
function tagIssuer() { return 1003; }         // arity 5: Ax, Ay, schemaId, statusRoot
function tagNullifier() { return 1004; }      // arity 5: mode, secret, mode*credId, scope
function tagLink() { return 1005; }           // arity 3: secret, requestHash
function tagStatusWord() { return 1006; }     // arity 2: word
function tagCredentialLink() { return 1007; } // arity 5: secret, credentialHash, requestHash, 0
function tagValueSet() { return 1009; }       // arity 2: value
function tagVoterCommitment() { return 2001; } // arity 2: voterSecret
function tagBallotNullifier() { return 2002; } // arity 3: voterSecret, electionId
function tagCensusLeaf() { return 2003; }      // arity 3: commitment, weight
