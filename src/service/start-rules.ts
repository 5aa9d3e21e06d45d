// The refusals that stand before the first listening socket, as far as configuration, keys and clock decide them.
import { LedgerError } from "../ledger/log/errors.ts"
import type { LedgerErrorCode } from "../ledger/log/errors.ts"
import { StoreError } from "../ledger/log/store.ts"
import { bytesToHex } from "../protocol/primitives/bytes.ts"
import { meetsQuorum } from "../protocol/log/policy.ts"
import type { Policy } from "../protocol/log/policy.ts"
import type { VerifierKey } from "../protocol/primitives/note-key.ts"
import type { ServiceConfig } from "./config.ts"
import { StartRefusal } from "./start-refusal.ts"
import type { StartRule } from "./start-refusal.ts"

/** What an operator says on the command line, in words that name the risk. */
export interface StartFlags {
  /** Anybody can forge every proof. */
  readonly insecureDevKeys: boolean
  /** Without cosigners the operator can show two histories and nobody notices. */
  readonly singleOperator: boolean
}

/** Keys by purpose; public halves suffice. */
export interface ServiceKeys {
  readonly ledger: VerifierKey
  readonly request: VerifierKey
  readonly registries: readonly VerifierKey[]
  /** Whose cosignatures publish a checkpoint; nobody's when absent. */
  readonly policy?: Policy
}

/** A clock this far behind what was signed before is wrong, seconds. */
const CLOCK_TOLERANCE_SECONDS = 300

/**
 * R1 (registry names), R5, R14, R15, R16, R17 in order.
 * @param ceremony - of the circuit's key; `dev` when its secrets are public
 * @throws StartRefusal
 */
export function checkStartRules(
  config: Pick<
    ServiceConfig,
    "isProduction" | "listen" | "tls" | "trustProxyHops" | "publicUrl" | "rollbackGuard"
  >,
  keys: ServiceKeys,
  ceremony: string,
  flags: StartFlags,
): void {
  const isLoopback = isLoopbackHost(config.listen.host)
  if (!areRegistryIds(keys.registries.map(({ name }) => name))) {
    throw new StartRefusal("R1", "the names of the registry keys are no registry ids, each once")
  }
  if (ceremony === "dev" && !flags.insecureDevKeys && (config.isProduction || !isLoopback)) {
    throw new StartRefusal(
      "R5",
      "anybody can forge proofs under development keys: --insecure-dev-keys says you know",
    )
  }
  checkPolicy(keys)
  if (!areDistinct(keys))
    throw new StartRefusal("R15", "log, request, registries and cosigners need keys of their own")
  if (!isLoopback && config.tls === null && config.trustProxyHops === 0) {
    throw new StartRefusal("R16", "off loopback SOTTO_TLS_CERT_FILE or SOTTO_TRUST_PROXY is needed")
  }
  if (config.isProduction && !config.publicUrl.startsWith("https:")) {
    throw new StartRefusal("R16", "in production SOTTO_PUBLIC_URL is https")
  }
  if (config.isProduction && config.rollbackGuard === "none") {
    throw new StartRefusal("R17", "SOTTO_ROLLBACK_GUARD=none turns a restored backup into a second history")
  }
  if (config.isProduction && (keys.policy?.quorum ?? "none") === "none" && !flags.singleOperator) {
    throw new StartRefusal("R17", "no cosigners: --single-operator says that nobody else watches this log")
  }
}

/** R14: the policy names our log, and the cosigners that it has addresses of can meet its quorum. */
function checkPolicy({ policy, ledger }: ServiceKeys): void {
  if (policy === undefined) return
  const isNamed = policy.logs.some(
    ({ name, publicKey }) => name === ledger.name && bytesToHex(publicKey) === bytesToHex(ledger.publicKey),
  )
  if (!isNamed) throw new StartRefusal("R14", "SOTTO_LEDGER_POLICY_FILE has no line of this log and its key")
  const reachable = policy.cosigners.filter(({ url }) => url !== undefined).map(({ key }) => key)
  if (!meetsQuorum(policy, reachable))
    throw new StartRefusal("R14", "SOTTO_LEDGER_POLICY_FILE lacks addresses of cosigners for its quorum")
}

/**
 * R19.
 * @param newestAt - when the newest registry epoch began or the newest cosignature was made, Unix seconds
 * @throws StartRefusal
 */
export function checkClock(
  now: number,
  newestAt: number | null,
  what: "registry epoch" | "cosignature" = "registry epoch",
): void {
  if (newestAt !== null && now + CLOCK_TOLERANCE_SECONDS < newestAt) {
    throw new StartRefusal("R19", `the clock is ${newestAt - now} s behind the newest ${what}`)
  }
}

const LEDGER_RULES = {
  "log-unknown": "R9",
  "log-exists": "R9",
  "key-mismatch": "R10",
  "guard-missing": "R11",
  "rolled-back": "R11",
  "head-inconsistent": "R12",
  "cosigner-ahead": "R13",
  "instance-running": "R18",
  // These are faults of a running ledger, not reasons to stay out.
  "queue-full": null,
  "storage-failed": null,
  "commit-outcome-unknown": null,
  "storage-full": null,
  "log-closed": null,
} as const satisfies Record<LedgerErrorCode, StartRule | null>

/** The rule that an error of opening the database or the ledger stands for; null for other errors. */
export function startRefusalOf(error: unknown): StartRefusal | null {
  if (error instanceof StartRefusal) return error
  // A server that takes no connections now is no rule: a supervisor tries again.
  if (error instanceof StoreError && error.code === "store-broken")
    return new StartRefusal("R7", error.message, { cause: error })
  if (!(error instanceof LedgerError)) return null
  const rule = LEDGER_RULES[error.code]
  return rule === null ? null : new StartRefusal(rule, error.message, { cause: error })
}

function areDistinct(keys: ServiceKeys): boolean {
  const cosigners = (keys.policy?.cosigners ?? []).map(({ key }) => key)
  const all = [keys.ledger, keys.request, ...keys.registries, ...cosigners].map(({ publicKey }) =>
    bytesToHex(publicKey),
  )
  return new Set(all).size === all.length
}

function areRegistryIds(names: readonly string[]): boolean {
  const isId = (name: string): boolean => /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(name)
  return names.length > 0 && names.every(isId) && new Set(names).size === names.length
}

function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
