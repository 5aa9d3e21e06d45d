"""The fourteen steps of the audit: number, check, code of a refusal, further codes that the step may give."""

from steps import (
    v01_container,
    v02_log,
    v03_definition,
    v04_census,
    v05_ceremony,
    v06_keys,
    v07_circuit,
    v08_ballot_proofs,
    v09_ballot_order,
    v10_close,
    v11_shares,
    v12_combine,
    v13_totals,
    v14_report,
)

STEPS = (
    (1, v01_container.check, "container-invalid", ()),
    (2, v02_log.check, "log-invalid", ("receipt-missing",)),
    (3, v03_definition.check, "definition-invalid", ("phase-order",)),
    (4, v04_census.check, "census-invalid", ("census-promise-broken",)),
    (5, v05_ceremony.check, "ceremony-invalid", ()),
    (6, v06_keys.check, "keys-invalid", ()),
    (7, v07_circuit.check, "circuit-invalid", ()),
    (8, v08_ballot_proofs.check, "ballot-proof", ()),
    (9, v09_ballot_order.check, "ballot-order", ()),
    (10, v10_close.check, "close-invalid", ("close-early", "ballots-late")),
    (11, v11_shares.check, "shares-too-few", ()),
    (12, v12_combine.check, "combine-invalid", ()),
    (13, v13_totals.check, "total-invalid", ("below-min-anonymity",)),
    (14, v14_report.check, "report-mismatch", ()),
)
