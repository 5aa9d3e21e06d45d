// The named fake of the prover: it keeps what it was asked to prove and answers a proof of the right shape, or fails.
import type { Fr } from "../../src/protocol/primitives/field.ts"
import type { CircuitInput, Prove, WireProof } from "../../src/protocol/primitives/prove.ts"

const PROOF: WireProof = {
  a: ["1", "2"],
  b: [
    ["3", "4"],
    ["5", "6"],
  ],
  c: ["7", "8"],
}

/** One call. */
interface ProveCall {
  readonly circuit: string
  readonly input: CircuitInput
  readonly expected: readonly Fr[]
}

/** A prover that remembers. */
export interface FakeProver {
  readonly calls: readonly ProveCall[]
  readonly prove: Prove
}

/** @param answer - makes the proof of the n-th call, or throws */
export function makeFakeProver(answer: (call: number) => WireProof = () => PROOF): FakeProver {
  const calls: ProveCall[] = []
  return {
    calls,
    prove: async (circuit, input, expected) => {
      calls.push({ circuit, input, expected })
      return answer(calls.length)
    },
  }
}
