// ffjavascript's compiled functions by pointer, for loops in which copying in and out would cost more than the work.
import type { Bn254 } from "./curve.ts"

const NAMES = [
  "f2m_add",
  "f2m_sub",
  "f2m_neg",
  "f2m_mul",
  "f2m_mul1",
  "f2m_square",
  "f2m_conjugate",
  "f2m_eq",
  "f2m_isZero",
  "f2m_inverse",
  "f2m_batchInverse",
  "ftm_one",
  "ftm_mul",
  "ftm_square",
  "bn128__mulBy024",
] as const

/** Arguments are pointers or counts, the result comes last; a comparison answers 0 or 1. */
export type Native = Readonly<Record<(typeof NAMES)[number], (...args: number[]) => number>>

/** The functions of one curve; TypeError when this version of ffjavascript lacks one. */
export function nativeOf({ tm }: Pick<Bn254, "tm">): Native {
  const entries = NAMES.map((name) => {
    const found = tm.instance.exports[name]
    if (found === undefined) throw new TypeError(`the curve has no ${name}`)
    return [name, found] as const
  })
  return Object.fromEntries(entries) as Native
}
