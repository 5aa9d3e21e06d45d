// Publishes the epochs of the registry: issuers and lists become a bundle, its root a signed entry, both in one commit.
import { setImmediate } from "node:timers/promises"
import type { Ledger } from "../../ledger/log/ledger.ts"
import type { SideRow } from "../../ledger/log/store.ts"
import { buildRegistry, verifyBundle, verifyLists } from "../../protocol/credential/issuer-registry.ts"
import type { Registry } from "../../protocol/credential/issuer-registry.ts"
import type { StatusTree } from "../../protocol/credential/status-list.ts"
import type { RegistryEpochBody } from "../../protocol/log/entry.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import { MAX_BUNDLE_BYTES, parseRegistryBundle, parseStatusList } from "../../protocol/wire/credential.ts"
import type { RegistryBundle, StatusList } from "../../protocol/wire/credential.ts"
import { Problem } from "../http/problem.ts"
import type { RegistryEpochRow, ServiceStore } from "../store.ts"
import { readIssuer } from "./issuer-record.ts"

/** A leaf without a refreshed signature is dropped after this long, in seconds. */
const LIST_LIFE_SECONDS = 7 * 24 * 3600
/** Publications that may race for one number before it is a fault: one instance has the duty, others follow urgent lists. */
const MAX_TRIES = 3
/** Lists whose trees are kept between epochs, about 1 MB each when full; one that is dropped is hashed whole again. */
const MAX_KNOWN_LISTS = 128

/** What a publication needs. */
export interface RegistryDeps {
  readonly store: ServiceStore
  readonly ledger: Ledger
  readonly ledgerOrigin: string
  /** Its name is the registry's id. Whoever holds it decides whose signatures count. */
  readonly registryKey: SigningKey
  readonly now: () => number
}

/** How an epoch is published. */
export interface PublishOptions {
  readonly urgent: boolean
  /** Rows that commit with the entry of this number: an idempotency record. */
  readonly sideRows?: (number: number) => readonly SideRow[]
}

/** An epoch under a published checkpoint, or the remembered answer of an earlier call with the same key. */
export type Published =
  | { readonly outcome: "published"; readonly number: number }
  | { readonly outcome: "replayed"; readonly ref: string }

/** The one publisher of one registry: calls are served one after the other. */
export class RegistryPublisher {
  readonly registry: string
  /** Verifier key, text. */
  readonly keyText: string
  readonly #deps: RegistryDeps
  #previous: Promise<unknown> = Promise.resolve()
  readonly #lists = new Map<string, StatusTree>()

  constructor(deps: RegistryDeps) {
    this.#deps = deps
    this.keyText = encodeVerifierKey(deps.registryKey)
    this.registry = deps.registryKey.name
  }

  /** The last list that was verified in a list's place: only what differs from it needs hashing. */
  knownList({ issuer, schemaId }: Pick<StatusList, "issuer" | "schemaId">): StatusTree | undefined {
    return this.#lists.get(`${issuer} ${schemaId}`)
  }

  /** Keeps a verified list for the next one of its issuer and schema. */
  rememberList({ issuer, schemaId }: Pick<StatusList, "issuer" | "schemaId">, tree: StatusTree): void {
    const name = `${issuer} ${schemaId}`
    this.#lists.delete(name)
    this.#lists.set(name, tree)
    const [oldest] = this.#lists.keys()
    if (this.#lists.size > MAX_KNOWN_LISTS && oldest !== undefined) this.#lists.delete(oldest)
  }

  /** @throws LedgerError, CredentialError `registry-inconsistent` when what is stored contradicts the last epoch */
  publish(options: PublishOptions): Promise<Published> {
    const next = this.#previous.then(() => this.#publish(options))
    this.#previous = next.catch(() => undefined)
    return next
  }

  async #publish({ urgent, sideRows = () => [] }: PublishOptions): Promise<Published> {
    const { store, ledger, ledgerOrigin, now } = this.#deps
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const newest = await store.newestRegistryEpoch(this.registry)
      const epoch = await this.#compose(newest, urgent || (await this.#hasUrgentList(newest)), now())
      const admission = await ledger.admit(ledgerOrigin, {
        entry: signBody("registry-epoch", epoch.body, this.#deps.registryKey),
        sideRows: [epoch.row, epoch.blob, ...sideRows(epoch.body.number)],
      })
      if (!admission.ok) {
        if (admission.reason === "epoch-rollback") continue // another publication took the number
        throw new Problem(admission.reason)
      }
      if (admission.outcome === "committed") {
        return { outcome: "published", number: epoch.body.number }
      }
      if (admission.outcome === "replayed") return { outcome: "replayed", ref: admission.record.ref }
    }
    throw new Problem("epoch-rollback")
  }

  async #compose(newest: RegistryEpochRow | null, urgent: boolean, now: number): Promise<Epoch> {
    const number = (newest?.number ?? 0) + 1
    const bundle = await this.#readBundle(number, now)
    const { root } = buildRegistry(bundle)
    const expected = {
      registry: this.registry,
      number,
      root: encodeFr(root),
      leafCount: bundle.leaves.length,
    }
    const previous = newest === null ? null : await this.#bundleOf(newest)
    // The checks of every wallet and auditor: an epoch that they would refuse is never signed.
    const verdict = verifyBundle(bundle, expected)
    if (!verdict.ok) throw new Problem("registry-inconsistent")
    await this.#openLists(verdict.value)
    if (!verifyLists(verdict.value, previous ?? undefined).ok) throw new Problem("registry-inconsistent")
    const bytes = canonicalBytes(bundle)
    if (bytes.length > MAX_BUNDLE_BYTES) {
      throw new Problem("registry-inconsistent", { detail: "the lists outgrow what a wallet reads" })
    }
    const digest = sha256(bytes)
    const [previousRoot, notBefore] = [newest?.root ?? "0", Math.max(now, newest?.notBeforeUnixSeconds ?? 0)]
    return {
      body: {
        registry: this.registry,
        number,
        root: expected.root,
        leafCount: bundle.leaves.length,
        bundleDigest: bytesToHex(digest),
        previousRoot: encodeFr(BigInt(previousRoot)),
        notBefore,
        urgent,
      },
      row: {
        row: "registry-epoch",
        registry: this.registry,
        number,
        root: expected.root,
        bundleSha256: digest,
        notBeforeUnixSeconds: notBefore,
        urgent,
      },
      blob: { row: "blob", sha256: digest, mediaType: "application/json", bytes },
    }
  }

  /** Hashes what is new in every list; calls are served in between, since a full list that is new takes a second. */
  async #openLists({ leaves, openList }: Registry): Promise<void> {
    for (const leaf of leaves) {
      const opened = openList(leaf, this.knownList(leaf.list))
      if (opened.ok) this.rememberList(leaf.list, opened.value)
      await setImmediate()
    }
  }

  async #readBundle(number: number, now: number): Promise<RegistryBundle> {
    const { store } = this.#deps
    const rows = await store.listIssuers(this.registry)
    const issuers = rows.filter(({ state }) => state === "active").map((row) => readIssuer(row.body).issuer)
    const active = new Set(issuers.map(({ id }) => id))
    const leaves = (await store.listStatusLists(this.registry))
      .filter((row) => active.has(row.issuerId) && now < row.signedAtUnixSeconds + LIST_LIFE_SECONDS)
      .map((row) => ({ index: row.leafIndex, list: parseStatusList(row.body) }))
      .sort((a, b) => a.index - b.index)
    return { type: "sotto/registry-bundle/1", registry: this.registry, number, issuers, leaves }
  }

  async #bundleOf(epoch: RegistryEpochRow): Promise<RegistryBundle | null> {
    const bytes = await this.#deps.store.findBlob(epoch.bundleSha256)
    return bytes === null ? null : parseRegistryBundle(bytes)
  }

  /** A list marked urgent that the newest epoch does not hold yet. */
  async #hasUrgentList(newest: RegistryEpochRow | null): Promise<boolean> {
    const bundle = newest === null ? null : await this.#bundleOf(newest)
    const published = new Map(bundle?.leaves.map(({ index, list }) => [index, list.number]))
    const rows = await this.#deps.store.listStatusLists(this.registry)
    return rows.some((row) => row.urgent && (published.get(row.leafIndex) ?? -1) < row.number)
  }
}

interface Epoch {
  readonly body: RegistryEpochBody
  readonly row: SideRow
  readonly blob: SideRow
}
