// The 125 public signals of the circuit `presentation`: the one encoder and the one table of their order.
import { encodeFr } from "../primitives/field.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import { modeSignal } from "../primitives/nullifier.ts"
import type { NullifierMode } from "../primitives/nullifier.ts"
import { compileAlternative, findAlternative } from "./compile-request.ts"
import type { CompiledPart } from "./parts.ts"
import { computeRequestHash, computeScope } from "./presentation-request.ts"
import type { UnsignedRequest } from "./presentation-request.ts"
import { SLOTS, slotCode } from "./slot.ts"
import type { StatementSources } from "./sources.ts"
import { LIST_VALUES } from "./statement-conditions.ts"

/** The three values that only the holder can compute; everything else is rebuilt by the verifier. */
export interface PresentationOutputs {
  readonly nullifier: Nullifier
  readonly linkTag: Fr
  readonly credentialTag: Fr
}

/** What one part is proved against. */
export interface PublicInputs {
  readonly schemaId: Fr
  readonly registryRoot: Fr
  readonly setRoot: bigint
  readonly scope: bigint
  readonly mode: NullifierMode
  readonly requestHash: bigint
  readonly asOf: number
  readonly part: CompiledPart
}

/** Names of the public signals as the symbol file spells them, outputs first; the index is the position. */
export const SIGNAL_NAMES: readonly string[] = [
  ...[
    "nullifier",
    "linkTag",
    "credentialTag",
    "schemaId",
    "registryRoot",
    "setRoot",
    "scope",
    "nullifierMode",
  ],
  ...["requestHash", "now"],
  ...slotNames("slotCode"),
  ...slotNames("lo"),
  ...slotNames("hi"),
  ...slotNames("list").flatMap((name) => Array.from({ length: LIST_VALUES }, (_, i) => `${name}[${i}]`)),
  "clauses",
]

/** The public input signals by name, off slots all zero: what the circuit takes and what the encoder flattens. */
export function publicSignals(inputs: PublicInputs) {
  const { part } = inputs
  const slots = Array.from({ length: SLOTS }, (_, k) => part.slots[k] ?? null)
  return {
    schemaId: BigInt(inputs.schemaId),
    registryRoot: BigInt(inputs.registryRoot),
    setRoot: inputs.setRoot,
    scope: inputs.scope,
    nullifierMode: modeSignal(inputs.mode),
    requestHash: inputs.requestHash,
    now: BigInt(inputs.asOf),
    slotCode: slots.map((slot) => (slot === null ? 0n : slotCode(slot))),
    lo: slots.map((slot) => slot?.lo ?? 0n),
    hi: slots.map((slot) => slot?.hi ?? 0n),
    list: slots.map((slot) => Array.from({ length: LIST_VALUES }, (_, i) => slot?.list[i] ?? 0n)),
    clauses: part.clauses,
  }
}

/** The 125 public signals in order. */
export function encodeSignals(
  inputs: PublicInputs & { readonly outputs: PresentationOutputs },
): readonly Fr[] {
  const { nullifier, linkTag, credentialTag } = inputs.outputs
  const signals = publicSignals(inputs)
  const { schemaId, registryRoot, setRoot, scope, nullifierMode, requestHash, now } = signals
  const given = [schemaId, registryRoot, setRoot, scope, nullifierMode, requestHash, now]
  const slots = [...signals.slotCode, ...signals.lo, ...signals.hi, ...signals.list.flat()]
  return [nullifier, linkTag, credentialTag, ...[...given, ...slots, signals.clauses].map(encodeFr)]
}

/**
 * What one part of an item is proved against, from the stored request alone.
 * @param request - the verifier's own copy, never one that a holder brings
 * @throws RangeError for an index that does not exist, StatementError as `compileRequest`
 */
export function publicInputsOf(
  request: UnsignedRequest,
  itemIndex: number,
  alternativeIndex: number,
  partIndex: number,
  sources: StatementSources,
): PublicInputs {
  const { registry, schemaId } = findAlternative(request, itemIndex, alternativeIndex)
  const part = compileAlternative(request, itemIndex, alternativeIndex, sources)[partIndex]
  const epoch = Object.hasOwn(request.registries, registry) ? request.registries[registry] : undefined
  const item = request.items[itemIndex]
  if (part === undefined || epoch === undefined || item === undefined)
    throw new RangeError(`no part ${partIndex}`)
  return {
    schemaId,
    registryRoot: epoch.root,
    setRoot: part.setRoot,
    scope: computeScope(request, itemIndex),
    mode: item.nullifier.mode,
    requestHash: computeRequestHash(request),
    asOf: request.asOf,
    part,
  }
}

/** The 125 signals a proof must verify under: only the three outputs come from outside. @throws as `publicInputsOf` */
export function rebuildSignals(
  request: UnsignedRequest,
  itemIndex: number,
  alternativeIndex: number,
  partIndex: number,
  outputs: PresentationOutputs,
  sources: StatementSources,
): readonly Fr[] {
  return encodeSignals({
    ...publicInputsOf(request, itemIndex, alternativeIndex, partIndex, sources),
    outputs,
  })
}

function slotNames(name: string): readonly string[] {
  return Array.from({ length: SLOTS }, (_, k) => `${name}[${k}]`)
}
