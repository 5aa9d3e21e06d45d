"""The fourteen steps in order, and the report: a pure function of bundle and policy."""

from digests import sha256
from refusal import Refusal
from strict_json import canonical
from trust_policy import Policy


class Audit:
    """What the auditor brings, and what each step has established for the steps behind it."""

    def __init__(self, data, policy: Policy, allow_dev_keys: bool, max_bytes: int, jobs: int) -> None:
        self.data, self.policy = data, policy
        self.allow_dev_keys, self.max_bytes, self.jobs = allow_dev_keys, max_bytes, jobs
        self.warnings: set[str] = set()
        self.election_id = ""
        self.finding = ""  # for people: where the refusing step stopped


def run(audit: Audit, steps) -> dict:
    """The report of the steps (number, check, default code, further codes): stops at the first that refuses."""
    report = {"bundleSha256": sha256(audit.data).hex(), "type": "sotto/audit-report/1"}
    for number, check, default, further in steps:
        try:
            check(audit)
        except Refusal as refusal:
            audit.finding = f"step {number}: {refusal}"
            code = refusal.code if refusal.code in further else default
            refused = {"code": code, "step": number, "verdict": "invalid", "figures": {}, "warnings": []}
            return {**report, **refused, "electionId": audit.election_id}
    accepted = {"code": "", "step": number, "verdict": "valid", "figures": audit.figures}
    return {**report, **accepted, "electionId": audit.election_id, "warnings": sorted(audit.warnings)}


def encode(report: dict) -> bytes:
    return canonical(report)
