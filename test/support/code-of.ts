import { SottoError } from "../../src/protocol/primitives/errors.ts"

/** The code of the SottoError that `act` throws; "no error" when it returns. Anything else is rethrown. */
export function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof SottoError) return String(error.code)
    throw error
  }
  return "no error"
}
