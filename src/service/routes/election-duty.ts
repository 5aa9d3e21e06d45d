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

/** Keeps the elections of one process. Whatever it does may be done twice, by this process or another. */
export class ElectionDuty {
  readonly #deps: Omit<RouteDeps, "failingChecks">
  readonly #announced = new Set<string>()

  constructor(deps: Omit<RouteDeps, "failingChecks">) {
    this.#deps = deps
  }

  /**
   * One round over the open logs; an election that fails holds up no other.
   * @returns the codes of what failed
   */
  async run(): Promise<readonly string[]> {
    const failed: string[] = []
    for (const { origin, kind, state } of this.#deps.ledger.logs()) {
      if (kind !== "election" || state === "closed") continue
      try {
        await this.#keep(origin)
      } catch (error) {
        failed.push(error instanceof SottoError ? (error as SottoError<string>).code : "internal")
      }
    }
    return failed
  }

  async #keep(origin: string): Promise<void> {
    const { replays, ledger, now } = this.#deps
    if (!this.#announced.has(origin)) {
      await announceElection(this.#deps, { origin })
      this.#announced.add(origin)
    }
    const log = await replays.upToDate(origin)
    if (log.phase !== "open" || now() < log.closesAt + CLOSE_AFTER_SECONDS) return
    await ledger.closeElection(origin, async ({ size }) => computeClose(await replays.at(origin, size)))
  }
}
