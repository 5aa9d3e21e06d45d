// A record is stored only when everything it says can be recomputed and would prove: what fails later fails in front of
// a verifier.
import { parseCurvePoint } from "../../protocol/primitives/babyjubjub.ts"
import { computeHolder } from "../../protocol/primitives/nullifier.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { CredentialError } from "../../protocol/credential/credential-error.ts"
import {
  credentialScalars,
  isWholeDays,
  verifyCredentialSignature,
} from "../../protocol/credential/credential.ts"
import type { CredentialScalars } from "../../protocol/credential/credential.ts"
import { computeSchemaId, schemaName } from "../../protocol/credential/schema.ts"
import type { Credential } from "../../protocol/wire/credential.ts"
import type { Schema } from "../../protocol/wire/statement.ts"
import type { AcceptedEpoch } from "./accept-epoch.ts"
import { openHolder } from "./make-holder.ts"
import { checkOwnStatus } from "./own-status.ts"
import type { HeldCredential, Wallet } from "./wallet.ts"

/** Why a record is not stored. */
export type CredentialRefusal =
  | "schema-mismatch"
  | "issuer-not-listed"
  | "registry-inconsistent"
  | "credential-not-ours"
  | "signature-invalid"
  | "already-revoked"
  | "validity-not-whole-days"

/** Blinds tried when a wallet was restored from its seed and no longer knows which it used. */
const MAX_BLINDS = 64

/**
 * Checks an offered record and answers the wallet that holds it. A re-issue (same issuer, schema and credId) takes the
 * place of the older record.
 * @param credential - attacker-controlled, from `parseCredential`
 * @param schema - the catalogue's schema of the record
 * @param epoch - the registry's newest epoch, accepted by this wallet
 */
export function receiveCredential(
  wallet: Wallet,
  credential: Credential,
  schema: Schema,
  epoch: AcceptedEpoch,
): Verdict<Wallet, CredentialRefusal> {
  const scalars = recompute(credential, schema)
  if (scalars === null || credential.registry !== epoch.body.registry) return refuse("schema-mismatch")
  // Whoever made a bearer record knows its secret: a personal record in that form would show its issuer every use of it.
  if (credential.bearer !== undefined && schema.bearer !== true) return refuse("schema-mismatch")
  const issuer = epoch.bundle.issuers.find(({ id }) => id === credential.issuer)
  if (issuer === undefined) return refuse("issuer-not-listed")
  const n =
    credential.bearer === undefined ? findBlind(wallet, issuer.key[0], credential) : openBearer(credential)
  if (n === null) return refuse("credential-not-ours")
  if (!verifyCredentialSignature(scalars, parseCurvePoint(issuer.key))) return refuse("signature-invalid")
  const status = checkOwnStatus(epoch.registry, { credential, issuer })
  if (!status.ok) return status
  if (!isWholeDays(credential)) return refuse("validity-not-whole-days")
  return accept(addCredential(wallet, { credential, issuer, n }))
}

function recompute(credential: Credential, schema: Schema): CredentialScalars | null {
  const isOfSchema =
    credential.schemaId === computeSchemaId(schema) &&
    credential.schema === schemaName(schema) &&
    credential.subject === schema.subject
  if (!isOfSchema) return null
  try {
    return credentialScalars(credential, schema)
  } catch (error) {
    if (error instanceof CredentialError) return null
    throw error
  }
}

// A bearer record belongs to whoever has it: it opens its own commitment, and no blind of the wallet is part of that.
function openBearer({ holder, bearer }: Credential): number | null {
  if (bearer === undefined) return null
  return computeHolder(BigInt(bearer.secret), BigInt(bearer.blind)) === BigInt(holder) ? 0 : null
}

function findBlind(wallet: Wallet, issuerAx: Credential["holder"], { holder }: Credential): number | null {
  const known = wallet.holders.filter(({ key }) => key[0] === issuerAx).map(({ n }) => n)
  const tried = new Set([...known, ...Array.from({ length: MAX_BLINDS }, (_, n) => n)])
  for (const n of tried) {
    if (openHolder(wallet.seed, issuerAx, n) === holder) return n
  }
  return null
}

function addCredential(wallet: Wallet, held: HeldCredential): Wallet {
  const { registry, schemaId, credId, issuer } = held.credential
  const others = wallet.credentials.filter(
    ({ credential: old }) =>
      old.registry !== registry ||
      old.issuer !== issuer ||
      old.schemaId !== schemaId ||
      old.credId !== credId,
  )
  const replaced = wallet.credentials.find((old) => !others.includes(old))
  const named = replaced?.name === undefined ? held : { ...held, name: replaced.name }
  return { ...wallet, credentials: [...others, named] }
}
