// What a cosigner must never forget: one row for each log it has signed for.

/** The largest tree of one origin that this cosigner has signed. */
export interface CosignedHead {
  readonly size: number
  readonly root: Uint8Array
  /** The note that the log signed: with another of the same size it is evidence against the log. */
  readonly checkpoint: Uint8Array
}

/** Two heads of one size that one log signed: proof that it shows two histories. To be kept and published. */
export interface SplitView {
  readonly origin: string
  readonly size: number
  readonly checkpoints: readonly [Uint8Array, Uint8Array]
}

/** Keeps a cosigner's state. A store that forgets makes the cosigner sign two histories: it is never restored from a copy. */
export interface CosignerStore {
  /** What was signed last for an origin; null when it was never seen. */
  readonly find: (origin: string) => Promise<CosignedHead | null>
  /**
   * Remembers a head if `from` still is the last one (null: none), so that of two requests at once one alone is answered.
   * Durable once resolved: nothing is signed for the outside before. A head of the same size and root may take the
   * place of itself.
   * @returns false when another head was remembered meanwhile
   */
  readonly advance: (origin: string, from: CosignedHead | null, to: CosignedHead) => Promise<boolean>
  /** Every origin that was signed for. */
  readonly listOrigins: () => Promise<readonly string[]>
  /** Keeps evidence; the first of a size is enough. Durable once resolved. */
  readonly keepEvidence: (evidence: SplitView) => Promise<void>
  readonly listEvidence: () => Promise<readonly SplitView[]>
}
