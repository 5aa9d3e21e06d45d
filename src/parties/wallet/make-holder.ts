// sotto/holder/1: what a wallet hands to an issuer so that a record can be signed for it and nobody else.
import { encodeFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { computeHolder } from "../../protocol/primitives/nullifier.ts"
import { deriveBlind, deriveSecret } from "../../protocol/credential/holder.ts"
import type { HolderCommitment, IssuerEntry } from "../../protocol/wire/credential.ts"
import type { Wallet } from "./wallet.ts"

/**
 * A commitment for one issuer key, and the wallet that remembers having made it. The same n gives the same commitment:
 * issuers of other keys get others, so that their lists cannot be matched.
 * @param issuer - an entry of an accepted registry epoch; its key is of prime order
 * @param n - 0 unless an issuer asks for a fresh commitment
 */
export function makeHolder(
  wallet: Wallet,
  registry: string,
  issuer: IssuerEntry,
  n = 0,
): { readonly wallet: Wallet; readonly commitment: HolderCommitment } {
  const holder = openHolder(wallet.seed, issuer.key[0], n)
  const isKnown = wallet.holders.some(
    (slot) =>
      slot.registry === registry &&
      slot.key[0] === issuer.key[0] &&
      slot.key[1] === issuer.key[1] &&
      slot.n === n,
  )
  const slot = { registry, issuer: issuer.id, key: issuer.key, n }
  return {
    wallet: isKnown ? wallet : { ...wallet, holders: [...wallet.holders, slot] },
    commitment: { type: "sotto/holder/1", registry, issuer: issuer.id, holder },
  }
}

/** The holder commitment of a seed for an issuer key. @param seed - secret, 32 bytes */
export function openHolder(seed: Uint8Array, issuerAx: Fr, n: number): Fr {
  return encodeFr(computeHolder(deriveSecret(seed), deriveBlind(seed, issuerAx, n)))
}
