// What the wallet reads from the network, declared here and implemented by whoever has one. Every call follows from the
// request or the schedule alone: nothing that a wallet holds may change which calls are made, or in which order.

/** Which anchored catalogue item is meant. */
export type CatalogueItemType = "schema" | "statement" | "value-set"

/** An anchored document: its own bytes and the receipt of the entry that carries its digest. */
export interface AnchoredItem {
  readonly document: Uint8Array
  readonly receipt: Uint8Array
}

/**
 * A service's public reads. All bytes are attacker-controlled and checked by the caller; what does not exist is null, and
 * a broken connection rejects with the implementation's own error: the wallet answers nothing either way.
 */
export interface WalletSource {
  /** The service's origin as it stands in the link that the holder followed, `https://host`. */
  readonly origin: string
  /** `GET /v1/presentation-requests/{id}` */
  readonly getRequest: (id: string) => Promise<Uint8Array | null>
  /** The receipt of the newest `verifier-record` entry of this verifier. */
  readonly getVerifierReceipt: (id: string) => Promise<Uint8Array | null>
  /** The item that the ledger anchors under this id; a schema's id is `name/version/subject`. */
  readonly getCatalogueItem: (type: CatalogueItemType, id: string) => Promise<AnchoredItem | null>
  /** The receipt of a `registry-epoch` entry. */
  readonly getEpochReceipt: (registry: string, number: number | "latest") => Promise<Uint8Array | null>
  /** The whole bundle, decoded from its content encoding: issuers, all leaves, all lists. There is no smaller read. */
  readonly getBundle: (registry: string, number: number) => Promise<Uint8Array | null>
  /** A tile of the main log at its path under the log's prefix, `protocol/log/tile.ts`. */
  readonly getTile: (path: string) => Promise<Uint8Array | null>
}
