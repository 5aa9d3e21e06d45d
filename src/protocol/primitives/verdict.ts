/** The answer of a `verifyX`: a "no" is a value with a reason, never an exception; a fault is an exception, never a "no". */
export type Verdict<T, R extends string> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: R }

/** The positive verdict. */
export function accept<T>(value: T): { ok: true; value: T } {
  return { ok: true, value }
}

/** The negative verdict: `reason` is the first check that failed. */
export function refuse<R extends string>(reason: R): { ok: false; reason: R } {
  return { ok: false, reason }
}
