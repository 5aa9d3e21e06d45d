// From a statement a person can read to the slots of the circuit: pure, and the same on both sides of a request.
import { normalize } from "./normal-form.ts"
import { packParts } from "./parts.ts"
import type { CompiledPart } from "./parts.ts"
import type { Clause } from "./slot.ts"
import { resolveStatement } from "./statement-conditions.ts"
import type { StatementInput } from "./statement-conditions.ts"

/**
 * The parts of a statement, in canonical form: one proof each, over one signed record.
 * @throws StatementError with the code of the first fault
 */
export function compileStatement(input: StatementInput): readonly CompiledPart[] {
  return packParts(compileClauses(input))
}

/** The clauses before they are packed, in canonical order: what a guard reasons about. @throws as `compileStatement` */
export function compileClauses(input: StatementInput): readonly Clause[] {
  return normalize(resolveStatement(input))
}
