// A CertLogic truth over unknown certificates: when it is true, when it is false, and when evaluating does not fail.
// The three are apart because an absent member makes some operations false and others fail (specification, "Operations").
import { ALWAYS, allOf, anyOf, NEVER } from "./formula.ts"
import type { Formula } from "./formula.ts"

/** `yes` and `no` exclude each other; `defined` is "yes or no", kept as its own, shorter formula. */
export interface Bool {
  readonly yes: Formula
  readonly no: Formula
  readonly defined: Formula
}

/** True for every certificate. */
export const TRUE: Bool = { yes: ALWAYS, no: NEVER, defined: ALWAYS }
/** False for every certificate. */
export const FALSE: Bool = { yes: NEVER, no: ALWAYS, defined: ALWAYS }
/** Evaluating fails, whatever the certificate; a rule whose evaluation fails is not satisfied. */
export const FAILED: Bool = { yes: NEVER, no: NEVER, defined: NEVER }

/** A truth that is the same for all. */
export const known = (value: boolean): Bool => (value ? TRUE : FALSE)

/** CertLogic `!`. */
export const notBool = ({ yes, no, defined }: Bool): Bool => ({ yes: no, no: yes, defined })

/** At least one of two truths that are both evaluated. */
export const orBool = (a: Bool, b: Bool): Bool =>
  ifBool(a, { ...TRUE, yes: b.defined, defined: b.defined }, b)

/** Both of two truths that are both evaluated. */
export const bothOf = (a: Bool, b: Bool): Bool => notBool(orBool(notBool(a), notBool(b)))

/** CertLogic `if` of truths: only the branch that is taken is evaluated. */
export function ifBool(guard: Bool, then: Bool, otherwise: Bool): Bool {
  if (guard.yes.kind === "always") return then
  if (guard.no.kind === "always") return otherwise
  return {
    yes: branch(guard, then.yes, otherwise.yes),
    no: branch(guard, then.no, otherwise.no),
    defined: branch(guard, then.defined, otherwise.defined),
  }
}

// "guard and p, or not guard and q" as two implications: half the clauses of the other form.
function branch({ yes, no, defined }: Bool, p: Formula, q: Formula): Formula {
  if (p.kind === "never") return allOf(no, q)
  if (q.kind === "never") return allOf(yes, p)
  if (p.key === q.key) return allOf(p, defined)
  return allOf(anyOf(no, p), anyOf(yes, q), defined)
}
