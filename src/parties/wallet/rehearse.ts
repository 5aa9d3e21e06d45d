// A dry run: everything up to the question "prove this?", told to the holder only.
import type { ConsentDescription } from "./consent.ts"
import type { Refused } from "./refusal.ts"
import { respond } from "./respond.ts"
import type { Respond } from "./respond.ts"

/** What would be proved if the holder agreed. */
interface Rehearsal {
  readonly ok: true
  readonly description: ConsentDescription
}

/**
 * Whether this wallet could answer, and what it would prove. Reads what an answer reads, in the same order, so that a dry
 * run looks like any reading; proves nothing, sends nothing, uses no challenge and remembers neither verifier nor request.
 * The checkpoints and epochs that it was shown stay known, as after every reading: they are about logs, not about people.
 * @param requestId - from the link
 */
export async function rehearse(
  requestId: string,
  context: Omit<Respond, "prove" | "consent">,
): Promise<Rehearsal | Refused> {
  const shown: ConsentDescription[] = []
  const result = await respond(requestId, {
    ...context,
    prove: () => Promise.reject(new RangeError("a dry run proves nothing")),
    consent: (description) => {
      shown.push(description)
      return Promise.resolve(false)
    },
  })
  const [description] = shown
  if (description !== undefined) return { ok: true, description }
  if (result.ok) throw new RangeError("nothing is answered without consent")
  return result
}
