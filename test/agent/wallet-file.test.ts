import { spawnSync } from "node:child_process"
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createHash, randomBytes } from "node:crypto"
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { AgentError } from "../../src/agent/agent-error.ts"
import { createWalletFile, openWalletFile } from "../../src/agent/wallet-file.ts"
import { takeWalletLock } from "../../src/agent/wallet-lock.ts"
import { deriveSealKey, makeSealKey, seal, unseal } from "../../src/agent/wallet-seal.ts"
import type { SealKey } from "../../src/agent/wallet-seal.ts"
import { createWallet } from "../../src/parties/wallet/wallet.ts"
import type { Wallet } from "../../src/parties/wallet/wallet.ts"

const TRUST = { type: "sotto/trust/1", policy: "quorum none\n", registries: [], k: 5 } as const
const PASSPHRASE = "correct horse battery staple"
const LOG2_N_AT = 20 // after the magic line
const newWallet = (): Wallet => createWallet({ ...TRUST, registries: [] }, (length) => randomBytes(length))

let folder = ""
let path = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sotto-wallet-"))
  path = join(folder, "holder.wallet")
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const codeOf = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action
  } catch (error) {
    if (error instanceof AgentError) return error.code
    throw error
  }
  return "none"
}

/** The file with some bytes changed and its checksum made right again: an alteration, not an accident. */
function forge(file: Uint8Array, edit: (bytes: Uint8Array) => void): Uint8Array {
  const body = Uint8Array.from(file.subarray(0, -32))
  edit(body)
  return new Uint8Array(Buffer.concat([body, createHash("sha256").update(body).digest()]))
}

describe("the file of a wallet", () => {
  test("gives back what was written, keeps no plain text and is private to its owner", async () => {
    const wallet = newWallet()
    const created = await createWalletFile(path, PASSPHRASE, wallet)
    const challenged = { ...wallet, challenges: ["canary-challenge"] }
    await created.replace(challenged)
    expect(created.current()).toEqual(challenged)
    await created.close()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const text = (await readFile(path)).toString("latin1")
    expect(text).not.toContain("canary-challenge")
    expect(text).not.toContain("quorum")
    const opened = await openWalletFile(path, PASSPHRASE)
    expect({ ...opened.current(), seed: [...opened.current().seed] }).toEqual({
      ...challenged,
      seed: [...wallet.seed],
    })
    await opened.close()
  })

  test("refuses a wrong passphrase, and takes one typed on another keyboard", async () => {
    const file = await createWalletFile(path, "Grüße", newWallet())
    await file.close()
    expect(await codeOf(openWalletFile(path, "Grüsse"))).toBe("passphrase-wrong")
    const decomposed = await openWalletFile(path, "Gru\u0308ße")
    await decomposed.close()
  })

  test("refuses to write over an existing wallet or to open a missing one", async () => {
    expect(await codeOf(openWalletFile(path, PASSPHRASE))).toBe("wallet-file-missing")
    await (await createWalletFile(path, PASSPHRASE, newWallet())).close()
    expect(await codeOf(createWalletFile(path, PASSPHRASE, newWallet()))).toBe("wallet-file-exists")
  })

  test("refuses a truncated file at every length class", async () => {
    await (await createWalletFile(path, PASSPHRASE, newWallet())).close()
    const { size } = await stat(path)
    for (const length of [size - 1, Math.floor(size / 2), 60, 21, 0]) {
      await truncate(path, length)
      expect(await codeOf(openWalletFile(path, PASSPHRASE)), `${length} bytes`).toBe("wallet-file-damaged")
    }
  })

  test("writes concurrent states in the order they were given", async () => {
    const wallet = newWallet()
    const file = await createWalletFile(path, PASSPHRASE, wallet)
    await Promise.all(["1", "2", "3"].map((name) => file.replace({ ...wallet, challenges: [name] })))
    await file.close()
    const opened = await openWalletFile(path, PASSPHRASE)
    expect(opened.current().challenges).toEqual(["3"])
    await opened.close()
  })
})

describe("the seal", () => {
  const draw = (length: number): Uint8Array => randomBytes(length)
  let key: SealKey
  let file: Uint8Array
  beforeAll(async () => {
    key = await makeSealKey(PASSPHRASE, draw)
    file = seal(new TextEncoder().encode("a record"), key, draw)
  })

  test("refuses every flipped bit anywhere in the file", () => {
    for (let at = 0; at < file.length; at++) {
      const flipped = Uint8Array.from(file)
      flipped[at] = (flipped[at] ?? 0) ^ 0x04
      expect(() => unseal(flipped, key), `byte ${at}`).toThrow(
        expect.objectContaining({ code: "wallet-file-damaged" }),
      )
    }
  })

  test("authenticates its header: a changed salt, nonce or cost with a right checksum does not open", () => {
    for (const at of [LOG2_N_AT + 3, LOG2_N_AT + 3 + 16, LOG2_N_AT]) {
      const forged = forge(file, (bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ 0x01
      })
      expect(() => unseal(forged, key), `byte ${at}`).toThrow(
        expect.objectContaining({ code: "passphrase-wrong" }),
      )
    }
  })

  test("refuses parameters that would exhaust memory or cheapen a guess, before deriving anything", async () => {
    const costs = [
      [30, 8, 1],
      [19, 8, 1],
      [17, 255, 1],
      [17, 8, 255],
      [10, 8, 1],
      [0, 0, 0],
    ]
    for (const cost of costs) {
      const forged = forge(file, (bytes) => bytes.set(cost, LOG2_N_AT))
      const started = performance.now()
      expect(await codeOf(deriveSealKey(PASSPHRASE, forged)), cost.join()).toBe("wallet-file-damaged")
      expect(performance.now() - started).toBeLessThan(50)
    }
  })

  test("never repeats a nonce, hence no ciphertext", () => {
    const again = seal(new TextEncoder().encode("a record"), key, draw)
    expect(Buffer.from(again).equals(Buffer.from(file))).toBe(false)
  })
})

describe("the lock of a wallet", () => {
  test("keeps a second opener out until the first has closed", async () => {
    const first = await createWalletFile(path, PASSPHRASE, newWallet())
    expect(await codeOf(openWalletFile(path, PASSPHRASE))).toBe("wallet-locked")
    await first.close()
    await (await openWalletFile(path, PASSPHRASE)).close()
  })

  test("is released when opening fails", async () => {
    await (await createWalletFile(path, PASSPHRASE, newWallet())).close()
    expect(await codeOf(openWalletFile(path, "wrong"))).toBe("passphrase-wrong")
    await (await takeWalletLock(path)).release()
  })

  test("of a process that is gone is taken over", async () => {
    const gone = spawnSync(process.execPath, ["-e", ""])
    await writeFile(`${path}.lock`, `${gone.pid} ${"0".repeat(32)}\n`)
    const lock = await takeWalletLock(path)
    await lock.assertHeld()
    await lock.release()
  })

  test("is given to one of many that find a stale one", async () => {
    const gone = spawnSync(process.execPath, ["-e", ""])
    await writeFile(`${path}.lock`, `${gone.pid} ${"0".repeat(32)}\n`)
    const taken = await Promise.allSettled(Array.from({ length: 16 }, () => takeWalletLock(path)))
    const winners = taken.filter((result) => result.status === "fulfilled")
    expect(winners).toHaveLength(1)
  })

  test("stops a writer that lost it, and leaves the other's lock alone", async () => {
    const file = await createWalletFile(path, PASSPHRASE, newWallet())
    const other = `${process.pid} ${"f".repeat(32)}\n`
    await writeFile(`${path}.lock`, other)
    const before = await readFile(path)
    expect(await codeOf(file.replace(newWallet()))).toBe("wallet-locked")
    expect((await readFile(path)).equals(before)).toBe(true)
    await file.close()
    expect(await readFile(`${path}.lock`, "utf8")).toBe(other)
  })

  test("of an unreadable kind is left for a person to judge", async () => {
    await writeFile(`${path}.lock`, "")
    expect(await codeOf(takeWalletLock(path))).toBe("wallet-locked")
  })
})
