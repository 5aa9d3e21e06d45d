"""C2SP tlog-policy: which logs the auditor believes, and whose cosignatures make a checkpoint count."""

import re

from refusal import Refusal, demand
from signed_note import COSIGNER_TYPE, LOG_TYPE, VerifierKey, parse_vkey
from strict_json import utf16_length

MAX_OF_A_KIND = 32
MAX_LENGTH = 64 * 1024
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
THRESHOLD = re.compile(r"[1-9][0-9]?")


class Policy:
    """Logs, cosigners by name, groups by name (threshold, members), and the name that must be satisfied or "none"."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.cosigners: dict[str, VerifierKey] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def is_met_by(self, signers) -> bool:
        """True when the cosigners whose key texts are given satisfy the quorum."""

        def satisfied(name: str) -> bool:
            if name in self.groups:
                threshold, members = self.groups[name]
                return sum(satisfied(member) for member in members) >= threshold
            return self.cosigners[name].text in signers

        return self.quorum == "none" or satisfied(self.quorum)

    def _is_defined(self, name: str) -> bool:
        return name in self.cosigners or name in self.groups

    def _define(self, name: str, line: str) -> None:
        demand(name not in ("", "none") and not self._is_defined(name), "malformed-policy", line)

    def read_log(self, words: list[str], line: str) -> None:
        demand(2 <= len(words) <= 3, "malformed-policy", line)
        self.logs.append(_read_key(words[1], LOG_TYPE, self.logs, line))

    def read_witness(self, words: list[str], line: str) -> None:
        demand(3 <= len(words) <= 4, "malformed-policy", line)
        key = _read_key(words[2], COSIGNER_TYPE, list(self.cosigners.values()), line)
        self._define(words[1], line)
        self.cosigners[words[1]] = key

    def read_group(self, words: list[str], line: str) -> None:
        demand(len(words) >= 4 and len(self.groups) < MAX_OF_A_KIND, "malformed-policy", line)
        _, name, k, *members = words
        threshold = {"any": 1, "all": len(members)}.get(k) or (int(k) if THRESHOLD.fullmatch(k) else 0)
        demand(1 <= threshold <= len(members), "malformed-policy", line)
        for member in members:
            demand(self._is_defined(member) and member not in self._members, "malformed-policy", line)
            self._members.add(member)
        self._define(name, line)
        self.groups[name] = (threshold, members)

    def read_quorum(self, words: list[str], line: str) -> None:
        good = len(words) == 2 and self.quorum is None and (words[1] == "none" or self._is_defined(words[1]))
        demand(good, "malformed-policy", line)
        self.quorum = words[1]


def parse_policy(text: str) -> Policy:
    """Reads a policy: names are defined before they are used and once, a public key stands in one line of its kind."""
    demand(utf16_length(text) <= MAX_LENGTH, "malformed-policy", "too long")
    policy = Policy()
    readers = {
        "log": policy.read_log,
        "witness": policy.read_witness,
        "group": policy.read_group,
        "quorum": policy.read_quorum,
    }
    for number, row in enumerate(text.split("\n"), 1):
        demand(not CONTROL.search(row), "malformed-policy", f"line {number}")
        words = [word for word in re.split("[ \t]+", row) if word]
        if not words or words[0].startswith("#"):
            continue
        demand(words[0] in readers, "malformed-policy", f"line {number}")
        readers[words[0]](words, f"line {number}")
    demand(policy.quorum is not None, "malformed-policy", "expected a quorum line")
    return policy


def _read_key(text: str, kind: int, others: list[VerifierKey], line: str) -> VerifierKey:
    try:
        key = parse_vkey(text)
    except Refusal:
        raise Refusal("malformed-policy", line) from None
    fresh = all(other.public_key != key.public_key for other in others)
    demand(key.kind == kind and len(others) < MAX_OF_A_KIND and fresh, "malformed-policy", line)
    return key
