"""What tests of the whole audit share: the honest election, ways to reseal it, and the question where an audit stops."""

import os
import unittest
from functools import lru_cache
from pathlib import Path

import ed25519
from audit import Audit, encode, run
from digests import sha256
from edwards import Edwards
from self_tests.made_election import MadeElection
from self_tests.signing import Signer
from steps import STEPS
from strict_json import canonical, parse_json
from trust_policy import parse_policy

# Dishonest elections differ from the honest one in little: pure functions are remembered between them.
ed25519.verify = lru_cache(maxsize=None)(ed25519.verify)
Edwards.multiply = lru_cache(maxsize=None)(Edwards.multiply)
Signer.sign = lru_cache(maxsize=None)(Signer.sign)

BASE = MadeElection()


def audit(
    election: MadeElection, policy: str | None = None, allow_dev_keys: bool = True, data: bytes | None = None
):
    data, policy = data or election.zip(), policy or election.policy
    made = Audit(data, parse_policy(policy), allow_dev_keys, 1 << 30, 1)
    report = run(made, STEPS)
    if "SOTTO_KEEP" in os.environ:  # for the other verifier, which must come to the same bytes
        name = f"{sha256(data + policy.encode()).hex()[:16]}{'' if allow_dev_keys else '.strict'}"
        for ending, content in (("zip", data), ("policy", policy.encode()), ("report", encode(report))):
            Path(os.environ["SOTTO_KEEP"], f"{name}.{ending}").write_bytes(content)
    return report, made


class Sealed:
    """The base election with some files exchanged (None: removed), sealed again."""

    def __init__(self, files: dict, election: MadeElection = BASE) -> None:
        self.policy = election.policy
        self.id, self.touch, self._at = election.id, {}, lambda _stage, made: made
        self.files = {path: data for path, data in {**election.files, **files}.items() if data is not None}

    zip = MadeElection.zip


class Case(unittest.TestCase):
    def stops(self, election, step: int, code: str, **options) -> None:
        report, made = audit(election, **options)
        self.assertEqual((report["step"], report["code"]), (step, code), made.finding)
        self.assertEqual((report["verdict"], report["figures"], report["warnings"]), ("invalid", {}, []))

    def passes(self, election, warnings: list[str], **options) -> dict:
        report, made = audit(election, **options)
        self.assertEqual((report["step"], report["verdict"], report["code"]), (14, "valid", ""), made.finding)
        self.assertEqual(report["warnings"], sorted(["development-keys", *warnings]))
        return report

    def changed(self, step: int, code: str, **touch) -> None:
        self.stops(MadeElection(**touch), step, code)


def json_of(entry: bytes) -> dict:
    return parse_json(entry, 9000)


def edited(entry: bytes, **members) -> bytes:
    return canonical({**json_of(entry), **members})
