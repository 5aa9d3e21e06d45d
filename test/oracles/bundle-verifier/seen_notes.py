"""Checkpoints as the auditor's own policy judges them: who signed, who cosigned, and when."""

from ceremony import host_of
from merkle_log import TlogProof, parse_tlog_proof
from refusal import demand
from signed_note import Checkpoint, VerifierKey, cosignature_times, log_signature_holds, parse_checkpoint
from trust_policy import Policy


class Seen:
    """A checkpoint that its log signed; `times` are those of the policy's cosigners, by key text."""

    def __init__(self, checkpoint: Checkpoint, times: dict[str, int], has_quorum: bool) -> None:
        self.origin, self.size, self.root = checkpoint.origin, checkpoint.size, checkpoint.root
        self.times, self.has_quorum = times, has_quorum

    def quorum_time(self, policy: Policy) -> int | None:
        """The earliest moment at which the quorum had cosigned; None when no cosigner of the policy did."""
        for time in sorted(self.times.values()):
            if policy.is_met_by({key for key, at in self.times.items() if at <= time}):
                return time
        return None


def keys_under(policy: Policy, origin: str) -> list[VerifierKey]:
    """The keys of the policy's logs of the same host, under this origin as their name."""
    logs = [key for key in policy.logs if host_of(key.name) == host_of(origin)]
    return [VerifierKey(origin, key.kind, key.public_key) for key in logs]


def judge(checkpoint: Checkpoint, policy: Policy, keys: list[VerifierKey]) -> Seen:
    """Refuses a checkpoint that none of the keys signed, or with a signature of a known key that fails."""
    demand(log_signature_holds(checkpoint.note, keys), "log-signature")
    times = cosignature_times(checkpoint.note, list(policy.cosigners.values()))
    demand(times is not None, "cosignature")
    return Seen(checkpoint, times, policy.is_met_by(times.keys()))


def read_election_note(data: bytes, policy: Policy, origin: str | None = None) -> Seen:
    """A checkpoint of an election's log: of this origin when one is given."""
    checkpoint = parse_checkpoint(data)
    demand(origin in (None, checkpoint.origin), "log-origin")
    return judge(checkpoint, policy, keys_under(policy, checkpoint.origin))


def read_receipt(data: bytes, policy: Policy, origin: str) -> tuple[TlogProof, Seen]:
    proof = parse_tlog_proof(data)
    demand(proof.checkpoint.origin == origin, "log-origin")
    seen = judge(proof.checkpoint, policy, keys_under(policy, origin))
    demand(proof.index < seen.size, "receipt-index")
    return proof, seen


def read_main_proof(data: bytes, policy: Policy) -> TlogProof:
    """A proof of inclusion in a log of the policy itself, cosigned."""
    proof = parse_tlog_proof(data)
    keys = [key for key in policy.logs if key.name == proof.checkpoint.origin]
    demand(judge(proof.checkpoint, policy, keys).has_quorum, "quorum")
    return proof
