// What routes are made of: everything with state or chance comes in here.
import type { Digest } from "../../protocol/primitives/hash.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import type { BallotCircuitId } from "../../protocol/election/ballot-signals.ts"
import type { CircuitDigests } from "../../protocol/election/definition.ts"
import type { Ledger } from "../../ledger/log/ledger.ts"
import type { ElectionStore } from "../election-store.ts"
import type { ServiceStore } from "../store.ts"
import type { VerificationPool } from "../verification/pool.ts"
import type { ElectionReplays } from "./election-replays.ts"
import type { RegistryPublisher } from "./registry-publisher.ts"

/** A file of a circuit that wallets download under its digest. */
export interface ServedArtifact {
  readonly sha256: string // 64 hexadecimal digits
  readonly file: "wasm" | "zkey" | "vkey"
  /** Absolute; its digest was checked at start. */
  readonly path: string
  readonly bytes: number
}

/** The one circuit of presentations, as pinned by the manifest. */
export interface CircuitFacts {
  readonly id: "presentation"
  readonly vkey: Digest
  readonly r1csSha256: string
  /** `dev` when anybody can forge under its key. */
  readonly ceremony: string
  readonly artifacts: readonly ServedArtifact[]
}

/** The parts of a running service that routes use. */
export interface RouteDeps {
  readonly store: ServiceStore
  readonly ledger: Ledger
  readonly verification: VerificationPool
  readonly elections: ElectionStore
  readonly replays: ElectionReplays
  /** The verifier key of an election's log, text. */
  readonly logKeyOf: (origin: string) => string
  /** What ballots are verified with, as pinned by the manifest. */
  readonly ballotCircuits: Readonly<Record<BallotCircuitId, CircuitDigests>>
  /** By registry id; at least one. */
  readonly registries: ReadonlyMap<string, RegistryPublisher>
  readonly circuit: CircuitFacts
  /** Origin of the main log: `<host>/ledger`. */
  readonly ledgerOrigin: string
  /** Verifier key of the main log, text. */
  readonly ledgerKey: string
  readonly requestKey: SigningKey
  readonly publicUrl: string
  readonly requestLifetimeMaxSeconds: number
  readonly retentionDays: number
  /** Unix seconds. */
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
  /** Names of the readiness checks that fail; empty when ready. */
  readonly failingChecks: () => readonly string[]
}
