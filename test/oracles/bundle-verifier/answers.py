"""Answers single questions, one JSON line each, so that the other implementation can be held against every part.

Questions: {"ask": name, ..}; bytes are hexadecimal. Answers: {"answer": ..}, or {"refused": true}.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import ed25519
import groth16
from audit import Audit, encode, run
from poseidon import poseidon
from refusal import Refusal
from signed_note import parse_checkpoint, parse_vkey
from statement_shapes import alternative
from statements import Compiler
from steps import STEPS
from strict_json import canonical, parse_json
from trust_policy import parse_policy


def ask_json(question: dict) -> str:
    data = bytes.fromhex(question["bytes"])
    return canonical(parse_json(data, 1 << 20, question["depth"], question["string"])).hex()


def ask_poseidon(question: dict) -> str:
    return str(poseidon(*map(int, question["inputs"])))


def ask_ed25519(question: dict) -> bool:
    return ed25519.verify(*(bytes.fromhex(question[member]) for member in ("key", "message", "signature")))


def ask_clauses(question: dict) -> list:
    """The clauses of a statement as lists of [field, op, field2, not, lo, hi, list, value set]."""
    asked = question["alternative"]
    alternative(asked)
    members = {name: tuple(map(int, values)) for name, values in question["members"].items()}
    compiler = Compiler(question["schema"], asked["parameters"], question["asOf"], members.get)
    return [
        [
            [
                s.field,
                s.op,
                s.field2,
                s.negated,
                str(s.low),
                str(s.high),
                list(map(str, s.values)),
                s.value_set,
            ]
            for s in c
        ]
        for c in compiler.clauses(asked["statement"])
    ]


def ask_groth16(question: dict) -> bool:
    key = groth16.parse_key(bytes.fromhex(question["key"]), len(question["signals"]))
    claim = (groth16.parse_proof(question["proof"]), list(map(int, question["signals"])))
    return groth16.refused_positions(key, [claim]) == []


def ask_checkpoint(question: dict) -> list:
    checkpoint = parse_checkpoint(bytes.fromhex(question["bytes"]))
    return [checkpoint.origin, checkpoint.size, checkpoint.root.hex(), len(checkpoint.note.lines)]


def ask_vkey(question: dict) -> str:
    return parse_vkey(question["text"]).text


def ask_audit(question: dict) -> str:
    """The report of a bundle in a file, by the text of a policy."""
    data, policy = Path(question["bundle"]).read_bytes(), parse_policy(question["policy"])
    return encode(run(Audit(data, policy, question["allowDevKeys"], 8 << 30, 1), STEPS)).decode()


def ask_policy(question: dict) -> list:
    policy = parse_policy(question["text"])
    return [len(policy.logs), len(policy.cosigners), len(policy.groups), policy.quorum]


ASK = {name[4:]: function for name, function in globals().items() if name.startswith("ask_")}


def main() -> None:
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"answer": ASK[question["ask"]](question)}
        except Refusal as refusal:
            answer = {"refused": True, "why": str(refusal)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
