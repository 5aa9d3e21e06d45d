// The wallet's reads over HTTP: public routes, no header that names a holder, the same calls whatever the wallet holds.
import { utf8ToBytes } from "../protocol/primitives/bytes.ts"
import type { WalletSource } from "../parties/wallet/source.ts"
import { CliError } from "./exit.ts"
import { openServiceClient } from "./service-client.ts"

const PATHS = { schema: "schemas", statement: "statements", "value-set": "value-sets" } as const

/** Opens the reads of one service. @param origin - `https://host` (http on loopback only) */
export function openWalletSource(origin: string): WalletSource {
  const client = openServiceClient(origin)
  // Only a plain "no such thing" is an answer; anything else is a fault, and a wallet that meets one stays silent.
  const find = async (path: string): Promise<Uint8Array | null> => {
    const answer = await client.send("GET", path)
    if (answer.code === null) return answer.bytes
    if (answer.status === 404 || answer.status === 410) return null
    throw new CliError("service-refused", `${answer.code} (${answer.status})`)
  }
  const findMembers = async (path: string): Promise<Readonly<Record<string, unknown>> | null> => {
    const bytes = await find(path)
    return bytes === null
      ? null
      : (JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>)
  }
  const findReceipt = async (path: string): Promise<Uint8Array | null> => {
    const receipt = (await findMembers(path))?.["receipt"]
    return receipt === undefined ? null : jsonBytes(receipt)
  }
  return {
    origin: client.origin,
    getRequest: (id) => find(`/v1/presentation-requests/${encodeURIComponent(id)}`),
    getVerifierReceipt: (id) => findReceipt(`/v1/verifiers/${encodeURIComponent(id)}`),
    getCatalogueItem: async (type, id) => {
      const item = await findMembers(`/v1/${PATHS[type]}/${id}`)
      const [document, receipt] = [item?.["document"], item?.["receipt"]]
      if (document === undefined || receipt === undefined) return null
      return { document: jsonBytes(document), receipt: jsonBytes(receipt) }
    },
    getEpochReceipt: (registry, number) => findReceipt(`/v1/registries/${registry}/epochs/${number}`),
    getBundle: (registry, number) => find(`/v1/registries/${registry}/epochs/${number}/bundle`),
    getTile: (path) => find(`/ledger/${path}`),
  }
}

const jsonBytes = (value: unknown): Uint8Array => utf8ToBytes(JSON.stringify(value))
