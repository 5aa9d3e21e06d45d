// What elections need without anybody asking: their windows set, what a crash left unsaid said, and the close on time.
import { computeClose } from "../../protocol/election/close.ts"
import { SottoError } from "../../protocol/primitives/errors.ts"
import { announceElection } from "./election-anchors.ts"
import type { RouteDeps } from "./route-deps.ts"

/**
 * Seconds from the end of voting to the close: 2 s of clock difference, 3 s at the gate, 10 s of verification and a retry.
 * What is still unverified then is refused; the entry, not a clock, is the fence.
 */
const CLOSE_AFTER_SECONDS = 30

type DutyDeps = Pick<RouteDeps, "ledger" | "ledgerOrigin" | "now" | "replays">

/** Keeps the elections of one process. Whatever it does may be done twice, by this process or another. */
export class ElectionDuty {
  readonly #deps: DutyDeps
  /** What was announced of each log: its phase and end of voting, which another process may have moved on. */
  readonly #announced = new Map<string, string>()

  constructor(deps: DutyDeps) {
    this.#deps = deps
  }

  /**
   * One round over the open logs, and once over those that have ended; an election that fails holds up no other.
   * @returns the codes of what failed
   */
  async run(): Promise<readonly string[]> {
    const failed: string[] = []
    for (const { origin, kind, state } of this.#deps.ledger.logs()) {
      if (kind !== "election" || (state === "closed" && this.#announced.has(origin))) continue
      try {
        await (state === "closed" ? this.#keepEnded(origin) : this.#keep(origin))
      } catch (error) {
        failed.push(error instanceof SottoError ? (error as SottoError<string>).code : "internal")
      }
    }
    return failed
  }

  /** A log takes its last entry before the main log says so: whoever died between the two left it unsaid. */
  async #keepEnded(origin: string): Promise<void> {
    const { replays, ledger, ledgerOrigin } = this.#deps
    const electionId = (await replays.find({ origin }))?.electionId ?? null
    const anchored = electionId && (await ledger.findClaim(ledgerOrigin, ["anchor", electionId, "tally"]))
    if (electionId !== null && anchored === null) await announceElection(this.#deps, { origin })
    this.#announced.set(origin, "ended")
  }

  async #keep(origin: string): Promise<void> {
    const { replays, ledger, now } = this.#deps
    const log = await replays.upToDate(origin)
    const said = log.phase === "open" || log.phase === "closed" ? `${log.phase} ${log.closesAt}` : log.phase
    if (this.#announced.get(origin) !== said) {
      await announceElection(this.#deps, { origin })
      this.#announced.set(origin, said)
    }
    if (log.phase !== "open" || now() < log.closesAt + CLOSE_AFTER_SECONDS) return
    await ledger.closeElection(origin, async ({ size }) => computeClose(await replays.at(origin, size)))
  }
}
