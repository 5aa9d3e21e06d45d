"""V1: the zip is laid out in the one way and holds exactly what its manifest lists."""

from bundle import open_bundle


def check(audit) -> None:
    needs_at_close = audit.policy.quorum != "none"  # without a quorum nobody could date the end of voting
    audit.bundle = open_bundle(audit.data, audit.max_bytes, needs_at_close)
    audit.election_id = audit.bundle.election_id
