// certlogic-js, the publisher's own interpreter, used only to disagree. A rule whose evaluation fails is not satisfied.
import { evaluate } from "certlogic-js"

/** What the rule says of a payload at a clock. */
export function isSatisfied(
  logic: unknown,
  payload: Readonly<Record<string, unknown>>,
  clockUnixSeconds: number,
  valueSets: Readonly<Record<string, readonly string[]>>,
): boolean {
  const external = { validationClock: new Date(clockUnixSeconds * 1000).toISOString(), valueSets }
  try {
    return isTruthy(evaluate(logic as any, { payload, external }))
  } catch {
    return false
  }
}

// A rule is a condition: what it evaluates to is asked as a guard would be.
function isTruthy(value: unknown): boolean {
  if (value === null || value === false || value === "" || value === 0) return false
  if (value instanceof Date) return false
  return typeof value !== "object" || Object.keys(value).length > 0
}
