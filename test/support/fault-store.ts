// Named ways for a store to fail, and the planted bugs that a fault test must notice. Nothing in src/ knows of them.
import type { LedgerStore, LedgerTx } from "../../src/ledger/log/store.ts"
import { StoreError } from "../../src/ledger/log/store.ts"
import type { RollbackGuard } from "../../src/ledger/log/rollback-guard.ts"

/** A call of the transaction that writes, in the order of the calls. */
export const WRITES = [
  "lockHead",
  "insertEntries",
  "insertClaims",
  "insertSideRows",
  "putTiles",
  "insertCheckpoint",
  "moveHead",
] as const

/** Failed before it did anything, or after it had done everything. */
export type Form = "not persisted" | "persisted"

/** Fails one write of the next transaction in which it is called. */
export function failingAt(store: LedgerStore, step: (typeof WRITES)[number], form: Form): LedgerStore {
  let armed = true
  const broken = (tx: LedgerTx): LedgerTx => ({
    ...tx,
    [step]: async (...args: unknown[]) => {
      const call = tx[step] as (...args: unknown[]) => Promise<unknown>
      if (!armed) return call(...args)
      armed = false
      if (form === "persisted") await call(...args)
      throw new StoreError("store-broken", `${step} failed`)
    },
  })
  return { ...store, transaction: (body) => store.transaction((tx) => body(broken(tx))) }
}

/** Loses the answer of the next COMMIT: it never happened, or it happened and nobody heard. */
export function failingCommit(store: LedgerStore, form: Form): LedgerStore {
  let armed = true
  return {
    ...store,
    transaction: async (body) => {
      if (!armed) return store.transaction(body)
      armed = false
      const lost = new StoreError("commit-outcome-unknown", "the reply to COMMIT was lost")
      if (form === "persisted") await store.transaction(body)
      else {
        await store.transaction(async (tx) => {
          await body(tx)
          throw lost
        })
      }
      throw lost
    },
  }
}

/** Fails the next record of the guard. */
export function failingGuard(guard: RollbackGuard, form: Form): RollbackGuard {
  return {
    ...guard,
    record: async (head) => {
      if (form === "persisted") await guard.record(head)
      throw new Error("EIO")
    },
  }
}

/** Planted bug of F9: tries the batch again in the process when nobody knows whether it was written. */
export function retryingUnknownCommits(store: LedgerStore): LedgerStore {
  return {
    ...store,
    transaction: async (body) => {
      try {
        return await store.transaction(body)
      } catch (error) {
        if (error instanceof StoreError && error.code === "commit-outcome-unknown")
          return store.transaction(body)
        throw error
      }
    },
  }
}

/** Planted bug of F1: answers before COMMIT. */
export function answeringBeforeCommit(store: LedgerStore): LedgerStore {
  return {
    ...store,
    transaction: (body) =>
      new Promise((resolve, reject) => {
        store
          .transaction(async (tx) => {
            const result = await body(tx)
            resolve(result)
            await new Promise((later) => setTimeout(later, 40))
            return result
          })
          .catch(reject)
      }),
  }
}

/** Planted bug of F7: a guard that remembers whatever the database says, and of F1 beside it. */
export function forgetfulGuard(note: Uint8Array): RollbackGuard {
  return { read: () => note, record: () => Promise.resolve(), close: () => Promise.resolve() }
}

/** Planted bug of F6: reads what the disk no longer holds. */
export const readingFrom = (store: LedgerStore, undamaged: LedgerStore): LedgerStore => ({
  ...store,
  snapshot: (body) => undamaged.snapshot(body),
})
