"""Evidence of a gated census: each place was earned by a proof."""

from refusal import Refusal


def check_evidence(audit, plan: dict, identity: bytes, places, lines: list[bytes]) -> tuple[list[str], int]:
    raise Refusal("census", "gated")
