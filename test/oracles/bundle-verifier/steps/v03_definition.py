"""V3: control entries in their order, and a definition that keeps every rule that it can be held against here."""

from ceremony import trustee_index
from definition import check_own_rules, election_id, parse_definition
from digests import sha256
from envelope import signer_keys
from merkle_log import tree_root
from refusal import demand

MAX_EXTENSIONS = 3
MAX_EXTENSION_SECONDS = 3 * 86_400
# Kinds of one message a trustee, each wanting all n of the kind before it.
ROUNDS = ("trustee-key", "dkg-commit", "dkg-deal", "dkg-confirm")


class _Order:
    """Walks the control entries and keeps what it saw, by kind."""

    def __init__(self, audit) -> None:
        self.audit = audit
        self.seen: dict[str, dict[int, dict]] = {}
        self.index: dict[str, int] = {}
        self.election: str | None = None
        self.extensions: list[dict] = []

    def full(self, kind: str) -> bool:
        return len(self.seen.get(kind, ())) == self.audit.n

    def read(self, index: int, entry: dict) -> None:
        kind = entry["kind"]
        body = entry if kind == "election-close" else entry["body"]
        self._check_names(kind, body)
        slot = f"{kind} {body['round']}" if kind == "drill-share" else kind
        by_trustee = "trustee" in body
        demand(not by_trustee or 1 <= body["trustee"] <= self.audit.n, "phase-order", kind)
        place = body["trustee"] if by_trustee else len(self.extensions) if kind == "extension" else 0
        demand(
            place not in self.seen.get(slot, {}) and self._is_due(kind, body),
            "phase-order",
            f"{kind} at {index}",
        )
        self.seen.setdefault(slot, {})[place] = entry
        self.index[slot] = index
        if kind == "definition":
            self.election = body["electionId"]
        if kind == "extension":
            self.extensions.append(entry)

    def _check_names(self, kind: str, body: dict) -> None:
        """Every body names this ceremony, or this election once there is one."""
        if "ceremonyId" in body:
            demand(body["ceremonyId"] == self.audit.ceremony_id.hex(), "phase-order", kind)
        if "electionId" in body and kind != "definition":
            demand(body["electionId"] == self.election, "phase-order", kind)

    def _is_due(self, kind: str, body: dict) -> bool:
        past = self.seen
        if kind in ROUNDS:
            before = ROUNDS.index(kind) - 1
            return "definition" not in past and (before < 0 or self.full(ROUNDS[before]))
        if kind == "definition":
            return self.full("dkg-confirm")
        if kind == "definition-signature":
            return "definition" in past
        if kind == "drill-share":
            return self.full("definition-signature" if body["round"] == 1 else "drill-share 1")
        if kind == "election-open":
            return self.full("drill-share 1") and self.full("drill-share 2")
        if kind in ("extension", "election-close"):
            return "election-open" in past and "election-close" not in past
        if kind == "decryption-share":
            return "election-close" in past and "tally" not in past
        if kind == "tally":
            return len(past.get("decryption-share", ())) >= self.audit.t
        return False  # a second ceremony, an abort, a void


def check(audit) -> None:
    order = _Order(audit)
    complaint = False
    for index, entry in enumerate(audit.entries):
        if index == 0 or not isinstance(entry, dict):
            continue
        if entry["kind"] == "dkg-complaint":
            complaint = True  # any complaint ends a ceremony: refused where the ceremony is checked
            continue
        order.read(index, entry)
    last = audit.entries[-1]
    demand(isinstance(last, dict) and last["kind"] == "tally", "phase-order", "no tally at the end")
    audit.has_complaint = complaint
    audit.control, audit.control_index = order.seen, order.index
    _check_definition(audit)
    _check_extensions(audit, order.extensions)
    _check_anchor(audit)


def _check_definition(audit) -> None:
    data = audit.bundle.read("definition.json")
    audit.definition = parse_definition(data)
    audit.identity = election_id(data)
    entry = audit.control["definition"][0]["body"]
    names = {entry["electionId"], audit.election_id, str(audit.identity)}
    demand(len(names) == 1, "definition", "electionId")
    audit.definition_sha256 = sha256(data).hex()
    demand(entry["definitionSha256"] == audit.definition_sha256, "definition", "definitionSha256")
    check_own_rules(audit.definition, audit.ceremony, audit.ceremony_id)
    log = audit.definition["log"]
    keys = {key.text for key in audit.log_keys}
    demand(log["origin"] == audit.origin and log["vkey"] in keys, "definition", "log")


def _check_extensions(audit, extensions: list[dict]) -> None:
    """The next number, later than the last, at most three, at most three days in all, signed by t trustees."""
    first = closes = audit.definition["closesAtUnixSeconds"]
    demand(len(extensions) <= MAX_EXTENSIONS, "definition", "extensions")
    for number, entry in enumerate(extensions, 1):
        body = entry["body"]
        demand(body["number"] == number, "definition", "extension number")
        demand(closes < body["closesAt"] <= first + MAX_EXTENSION_SECONDS, "definition", "extension")
        signers = [trustee_index(key, audit.ceremony) for key in signer_keys(entry)[1:]]
        demand(len(signers) >= audit.t, "definition", "extension signers")
        closes = body["closesAt"]
    audit.closes_at = closes


def _check_anchor(audit) -> None:
    """The main log had named this election and a state of its log in which it was open."""
    anchor = audit.main["election-anchor-open"]
    named = (anchor["electionId"], anchor["origin"], anchor["digest"])
    demand(named == (audit.election_id, audit.origin, audit.definition_sha256), "definition", "anchor")
    size = anchor["size"]
    demand(audit.control_index["election-open"] < size <= len(audit.leaves), "definition", "anchor size")
    demand(tree_root(audit.leaves[:size]).hex() == anchor["root"], "definition", "anchor root")
