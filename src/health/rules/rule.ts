// A rule as the EU's business rules publish it (eu-digital-green-certificates/dgc-business-rules-testdata): what
// translating takes of it. Logic is untrusted and read by `evaluate`.
import type { EventKind } from "../eu-dcc/codes.ts"

/** One rule; its other members say for whom and when it is published. */
export interface Rule {
  /** For example `VR-DE-0003`; names the rule in every report. */
  readonly identifier: string
  readonly version: string
  /** Two letters. */
  readonly country: string
  /** Which certificates it is about; `General` is about every kind. */
  readonly certificateType: CertificateType
  /** In English, if it has any. */
  readonly description: string
  readonly logic: unknown
}

/** Kinds of certificates as rules name them. */
export type CertificateType = "General" | "Vaccination" | "Test" | "Recovery"

/** The events of certificates. */
export const EVENT_KINDS: readonly EventKind[] = ["v", "t", "r"]

/** What a kind is called. */
export const EVENT_NAMES: Readonly<Record<EventKind, Exclude<CertificateType, "General">>> = {
  v: "Vaccination",
  t: "Test",
  r: "Recovery",
}
