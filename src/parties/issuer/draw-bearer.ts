import { drawScalar31 } from "../../protocol/credential/holder.ts"
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import { computeHolder } from "../../protocol/primitives/nullifier.ts"
import type { Bearer, HolderCommitment } from "../../protocol/wire/credential.ts"
import type { IssuerIdentity } from "./create-issuer.ts"

/**
 * The commitment of a record that belongs to whoever has it, such as a pack of a medicine, and its opening, which travels
 * with the record (printed under the seal). Who made it knows it as well and can follow the record's own nullifiers.
 * @param randomBytes - a CSPRNG
 */
export function drawBearer(
  { registry, id }: Pick<IssuerIdentity, "registry" | "id">,
  randomBytes: RandomBytes,
): { readonly holder: HolderCommitment; readonly bearer: Bearer } {
  const [secret, blind] = [drawScalar31(randomBytes), drawScalar31(randomBytes)]
  const holder = encodeFr(computeHolder(secret, blind))
  return {
    holder: { type: "sotto/holder/1", registry, issuer: id, holder },
    bearer: { secret: encodeFr(secret), blind: encodeFr(blind) },
  }
}
