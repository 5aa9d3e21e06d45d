// A wallet in a world: its store, its records, and the context in which it answers.
import { makeCatalogue } from "../../src/protocol/catalogue/catalogue.ts"
import { acceptEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import type { AcceptedEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import type { ConsentDescription } from "../../src/parties/wallet/consent.ts"
import { receiveCredential } from "../../src/parties/wallet/receive-credential.ts"
import type { Respond } from "../../src/parties/wallet/respond.ts"
import { createWallet } from "../../src/parties/wallet/wallet.ts"
import type { WalletSource } from "../../src/parties/wallet/source.ts"
import { openMemoryStore } from "./wallet-memory.ts"
import type { MemoryStore } from "./wallet-memory.ts"
import { makeFakeProver } from "./wallet-prover.ts"
import type { FakeProver } from "./wallet-prover.ts"
import { CIRCUIT, NOW, REGISTRY, SCHEMA } from "./wallet-world.ts"
import type { IssueOptions, World } from "./wallet-world.ts"

/** A seed of one repeated byte: different holders differ, runs do not. */
export const fixedBytes =
  (byte: number) =>
  (length: number): Uint8Array =>
    new Uint8Array(length).fill(byte)

export const openHolderStore = (world: World, byte = 7): MemoryStore =>
  openMemoryStore(createWallet(world.trust, fixedBytes(byte)))

/** The newest epoch, accepted by this store's wallet. */
export async function newestEpoch(
  world: World,
  store: MemoryStore,
  source: WalletSource = world.source,
): Promise<AcceptedEpoch> {
  const epoch = await acceptEpoch({ registry: REGISTRY, asOf: NOW }, { source, store })
  if (!epoch.ok) throw new Error(epoch.reason)
  return epoch.value
}

/** Issues a record to this store's wallet and has it received. */
export async function giveRecord(
  world: World,
  store: MemoryStore,
  options: IssueOptions = {},
): Promise<void> {
  const epoch = await newestEpoch(world, store)
  const credential = world.issue(store.current(), options)
  const received = receiveCredential(store.current(), credential, options.schema ?? SCHEMA, epoch)
  if (!received.ok) throw new Error(received.reason)
  await store.replace(received.value)
}

/** A context with a fake prover and a holder who agrees to everything, and what they saw. */
export interface TestContext extends Respond {
  readonly prover: FakeProver
  readonly screens: readonly ConsentDescription[]
}

export function makeContext(world: World, store: MemoryStore, change: Partial<Respond> = {}): TestContext {
  const prover = makeFakeProver()
  const screens: ConsentDescription[] = []
  return {
    source: world.source,
    store,
    now: () => NOW + 5,
    pinnedVerificationKey: CIRCUIT.vkey,
    prove: prover.prove,
    consent: async (screen) => {
      screens.push(screen)
      return true
    },
    shipped: makeCatalogue({ schemas: [SCHEMA], statements: [], valueSets: [] }),
    prover,
    screens,
    ...change,
  }
}
