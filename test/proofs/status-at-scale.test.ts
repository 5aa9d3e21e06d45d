// The claim of scale: among a million credentials one bit takes away one holder's proof in the next epoch, and no other.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { loadCircuit } from "../../src/cli/circuit-artifacts.ts"
import { checkOwnStatus } from "../../src/parties/wallet/own-status.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import type { Prover } from "../../src/proofs/prover/pool.ts"
import { isRevoked, setStatus } from "../../src/protocol/credential/status-list.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import {
  acceptNewest,
  allocate,
  answerScale,
  askScale,
  forceInput,
  keyStream,
  nextList,
  openScaleHolder,
  openScaleIssuer,
  orderEpoch,
  ownList,
  PER_LIST,
  receive,
  revokeIndex,
  revokeSome,
  SCALE_SCHEMA_ID,
  sendList,
} from "../support/status-at-scale.ts"
import type { ScaleHolder, ScaleIssuer } from "../support/status-at-scale.ts"

const CREDENTIALS = 1_000_000
/** Word 1,234, bit 100; beside it the next bit, another bit of the word, and the same bit of the next word. */
const VICTIM = 256 * 1234 + 100
const PLACES = [VICTIM, VICTIM + 1, VICTIM - 100, VICTIM + 256]

let service: TestService
let prover: Prover
let issuers: readonly ScaleIssuer[]
let holders: readonly ScaleHolder[]
beforeAll(async () => {
  service = await startTestService({ environment: { SOTTO_REGISTRY_EPOCH_SECONDS: "86400" } })
  prover = await openProver(new Map([["presentation", await loadCircuit("presentation")]]), { threads: 1 })
  const [first, second] = [await open("lakeside-1", "lakeside"), await open("lakeside-2", "lakeside")]
  const others = ["a", "b", "c", "d"].map((name) => open(`clinic-${name}`, `group-${name}`))
  issuers = [first, second, ...(await Promise.all(others))]
  holders = await Promise.all(PLACES.map((place) => openScaleHolder(first, place)))
  const random = keyStream("a million")
  allocate(first, PER_LIST - PLACES.length, random)
  allocate(second, CREDENTIALS - PER_LIST, random)
  await publish(issuers)
  for (const holder of holders) await receive(service, holder)
  revokeSome(first, PER_LIST / 100, PLACES, random)
  revokeSome(second, (CREDENTIALS - PER_LIST) / 100, [], random)
  await publish([first, second])
})
afterAll(async () => {
  await prover.close()
  await service.remove()
})

const open = (id: string, operator: string): Promise<ScaleIssuer> => openScaleIssuer(service, id, operator)

/** Signs and sends lists an hour later, and has the next epoch made of them. */
async function publish(changed: readonly ScaleIssuer[]): Promise<void> {
  service.clock.now += 3600
  for (const issuer of changed) await sendList(service, issuer, nextList(issuer, service.clock.now))
  await orderEpoch(service)
}

describe("of a million credentials in two lists of one operator", () => {
  test("the first list is full: 80 % of its places are given, every word holds a revoked one or could", () => {
    const [first, second] = issuers.map(({ state }) => state.lists.get(SCALE_SCHEMA_ID)!)
    expect(first!.issued + second!.issued).toBe(CREDENTIALS)
    expect(first!.words.filter((word) => word !== 0n).length).toBeGreaterThan(3000)
    expect(() => {
      allocate(issuers[0]!, 1, keyStream("one more"))
    }).toThrow(expect.objectContaining({ code: "status-list-full" }))
  })

  test("the revoked one has no proof in the next epoch, and its neighbours keep theirs", async () => {
    const [victim, nextBit] = holders
    // The control: in an epoch whose word leaves this one bit clear, ten thousand others set, the same holder is accepted.
    expect(await answerScale(service, victim!, prover.prove)).toBe("accepted")
    const before = await acceptNewest(service, victim!.store)

    revokeIndex(issuers[0]!, VICTIM)
    await publish([issuers[0]!])
    const after = await acceptNewest(service, victim!.store)
    expect(await answerScale(service, victim!, prover.prove)).toBe("already-revoked")
    expect(await answerScale(service, nextBit!, prover.prove)).toBe("accepted")
    const status = holders.map((holder) =>
      checkOwnStatus(after.registry, holder.store.current().credentials[0]!),
    )
    expect(status.map(({ ok }) => ok)).toEqual([false, true, true, true])

    // A wallet that does not refuse by itself, with whatever it could show:
    const request = await askScale(service)
    const list = ownList(victim!, after)
    expect(isRevoked(list.words, VICTIM)).toBe(true)
    const cleared = { words: setStatus(list.words, VICTIM, false), tree: list.tree }
    const refused = expect.objectContaining({ code: "witness-refused" })
    // its word with the bit cleared, which no leaf of the new list hashes to
    const edited = forceInput(request, victim!, { epoch: after, status: cleared })
    await expect(prover.prove("presentation", edited.input, edited.expected)).rejects.toEqual(refused)
    // the old list, which no leaf of the new registry holds
    const old = forceInput(request, victim!, { epoch: after, status: ownList(victim!, before) })
    await expect(prover.prove("presentation", old.input, old.expected)).rejects.toEqual(refused)
    // a sound proof under the old registry's root: the verifier puts in the root of the new one
    const stale = forceInput(request, victim!, { epoch: before, status: ownList(victim!, before) })
    const proof = await prover.prove("presentation", stale.input, stale.expected)
    const parts = [{ ...stale.outputs, proof }]
    const answer = { type: "sotto/presentation/1", items: [{ alternative: 0, parts }] }
    const submit = (id: string) =>
      service.call("POST", "/v1/presentations", { body: { ...answer, request: id } })
    expect(await submit(request.id)).toMatchObject({ status: 422, code: "proof-invalid" })
  })
})
