// Why the wallet answers nothing. To the network all of these are one thing: silence until the request expires.
import type { EpochRefusal } from "./accept-epoch.ts"

/** The check that said no, in the order of the checks. */
export type RespondRefusalCode =
  | "request-unknown"
  | "malformed-request"
  | "verifier-unknown" // W1
  | "verifier-changed" // W1
  | "clock-skew" // W2
  | "request-expired" // W2
  | "request-reused" // W2
  | "request-inconsistent" // W3
  | "scope-epoch-mismatch" // W3
  | "circuit-not-pinned" // W4
  | EpochRefusal // W5
  | "anonymity-issuer" // W6
  | "narrow-question" // W7
  | "bisecting" // W8
  | "record-ambiguous" // several people the holder acts for: none is named, or linked items would mix them
  | "already-revoked" // E8 of every record that would answer
  | "not-satisfied" // W10
  | "declined" // W11
  | "proof-failed" // W12

/** What the holder may set aside for one request, having read what it costs. */
export type Override = "verifier-changed" | "anonymity-issuer" | "narrow-question" | "bisecting"

/** What each override gives away, in words for the holder. */
export const LOSSES: Readonly<Record<Override, string>> = {
  "verifier-changed":
    "This verifier signs with another key than last time. It may be somebody else under its name.",
  "anonymity-issuer":
    "So few organisations issue this kind of record here that your answer points to who issued yours.",
  "narrow-question": "So few people can truthfully answer this that your answer may single you out.",
  bisecting: "Together with what you answered here before, this question narrows down what your record says.",
}

/** A refusal for the holder's eyes only; `details` name fields, schemas and registries, never a value of a record. */
export interface Refused {
  readonly ok: false
  readonly reason: RespondRefusalCode
  readonly details: readonly string[]
}

/** A refusal with what the holder may read about it. */
export const refused = (reason: RespondRefusalCode, details: readonly string[] = []): Refused => ({
  ok: false,
  reason,
  details,
})
