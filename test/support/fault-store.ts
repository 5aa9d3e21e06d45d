// Named ways for a store to fail, and the planted bugs that a fault test must notice. Nothing in src/ knows of them.
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import type { ClaimRow, LedgerStore, LedgerTx } from "../../src/ledger/log/store.ts"
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

/**
 * Planted bug of F8: decides on claims as they were when it first asked, and writes its own beside those it meets. Both
 * are needed for two entries to claim one thing: the lock makes reads true, the primary key stands behind it.
 */
export function decidingWithoutLock(store: LedgerStore): LedgerStore {
  const asked = new Map<string, ClaimRow | null>()
  const lookUp = async (tx: LedgerTx, logId: number, keys: readonly Uint8Array[]): Promise<ClaimRow[]> => {
    const found = new Map((await tx.findClaims(logId, keys)).map((row) => [bytesToHex(row.key), row]))
    return keys.flatMap((key) => {
      const hex = bytesToHex(key)
      if (!asked.has(hex)) asked.set(hex, found.get(hex) ?? null)
      return asked.get(hex) ?? []
    })
  }
  const careless = (tx: LedgerTx): LedgerTx => ({
    ...tx,
    findClaims: (logId, keys) => lookUp(tx, logId, keys),
    insertClaims: async (logId, rows) => {
      for (const row of rows) {
        const written = new Set((await tx.findClaims(logId, [row.key])).map(({ key }) => bytesToHex(key)))
        if (!written.has(bytesToHex(row.key))) await tx.insertClaims(logId, [row])
      }
    },
  })
  return { ...store, transaction: (body) => store.transaction((tx) => body(careless(tx))) }
}

/** Planted bug of F6: reads what the disk no longer holds. */
export const readingFrom = (store: LedgerStore, undamaged: LedgerStore): LedgerStore => ({
  ...store,
  snapshot: (body) => undamaged.snapshot(body),
})
