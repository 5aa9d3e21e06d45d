"""Evidence of a named census: registrars vouch for each place."""

from multiprocessing import get_context

from census import check_registrars
from census_shapes import parse_document
from refusal import Refusal, demand

CHUNK = 64
REPLACEMENT_SIGNERS = 2  # no one registrar can move a vote alone


def check_evidence(audit, plan: dict, identity: bytes, places, lines: list[bytes]) -> tuple[list[str], int]:
    """The slots, in leaf order, and how many places replaced another."""
    rows = list(zip(lines, places.commitments, places.weights))
    jobs = [(rows[i : i + CHUNK], plan, identity.hex()) for i in range(0, len(rows), CHUNK)]
    if audit.jobs < 2 or len(jobs) < 2:
        parts = list(map(_check_rows, jobs))
    else:
        with get_context("fork").Pool(min(audit.jobs, len(jobs))) as pool:
            parts = pool.map(_check_rows, jobs)
    demand(None not in parts, "census", "evidence")
    found = [row for part in parts for row in part]
    return [slot for slot, _ in found], sum(replaced for _, replaced in found)


def _check_rows(job) -> list[tuple[str, bool]] | None:
    """Slots of some rows, or None: a refusal must not cross processes as an exception."""
    rows, plan, identity = job
    try:
        return [_check_row(*row, plan, identity) for row in rows]
    except Refusal:
        return None


def _check_row(line: bytes, commitment: int, weight: int, plan: dict, identity: str) -> tuple[str, bool]:
    document = parse_document("census-leaf", line)
    body = document["body"]
    named = (body["censusId"], body["commitment"], body["weight"])
    demand(named == (identity, str(commitment), weight), "census", "evidence")
    replaced = "replaces" in body
    check_registrars(document, plan, REPLACEMENT_SIGNERS if replaced else 1)
    return body["rollCommitment"], replaced
