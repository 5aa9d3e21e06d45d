"""V14: result and tally say exactly what was computed again."""

from digests import sha256
from merkle_log import tree_root
from refusal import demand
from strict_json import canonical


def check(audit) -> None:
    numbers, tally = audit.numbers, audit.control["tally"][0]["body"]
    fates = {member: numbers[member] for member in ("accepted", "counted", "superseded", "challenged")}
    result = {
        "electionId": audit.election_id,
        "closeHash": audit.close_hash.hex(),
        "trustees": audit.trustees,
        "counts": tally["counts"],
        **fates,
    }
    data = canonical(result)
    digest = sha256(data).hex()
    demand(audit.bundle.read("result.json") == data, "report", "result.json")
    said = (tally["closeHash"], tally["trustees"], tally["resultSha256"])
    demand(said == (audit.close_hash.hex(), audit.trustees, digest), "report", "tally")
    anchor = audit.main.get("election-anchor-tally")
    if anchor is not None:
        named = (anchor["electionId"], anchor["origin"], anchor["size"], anchor["root"], anchor["digest"])
        size, root = len(audit.leaves), tree_root(audit.leaves).hex()
        demand(named == (audit.election_id, audit.origin, size, root, digest), "report", "anchor")
    if audit.policy.quorum == "none":
        audit.warnings.add("quorum-none")
    if 2 * audit.t <= audit.n:
        audit.warnings.add("trustees-few")
    census = audit.definition["census"]
    audit.figures = {
        **fates,
        "censusSize": census["size"],
        "counts": tally["counts"],
        "entries": len(audit.leaves),
        "sharesValid": len(audit.valid_shares),
        "totalWeight": census["totalWeight"],
        "trustees": audit.trustees,
    }
