// Who signs which control entry of an election's log: exactly these keys, in this order, and nobody else.
import { accept } from "../primitives/verdict.ts"
import type { ElectionEntry } from "../log/entry.ts"
import { areSignaturesValid } from "../log/signed-entry.ts"
import type { CeremonyBody } from "./key-ceremony.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** An entry of an election's log of one kind. */
export type EntryOf<K extends ElectionEntry["kind"]> = Extract<ElectionEntry, { kind: K }>

/**
 * Checks the signatures of an entry: the organizer's alone, or the one trustee's whom the body names, or (extension) the
 * organizer's and then trustees' by ascending index; how many of them it needs is `checkExtension`'s question. The close
 * and ballots carry none.
 * @param entry - attacker-controlled, as from `parseEntry`
 * @param ceremony - body of entry 0, accepted by `checkCeremony`; for entry 0 its own
 */
export function checkSigners(
  entry: ElectionEntry,
  ceremony: CeremonyBody,
): ElectionVerdict<true, "signature-refused"> {
  if (!("signatures" in entry)) return accept(true)
  const keys = entry.signatures.map(({ key }) => key)
  const isExpected =
    entry.kind === "extension"
      ? areExtensionKeys(keys, ceremony)
      : keys.length === 1 && keys[0] === signerOf(entry, ceremony)
  if (!isExpected) return refuseAt("signature-refused", "signatures.key")
  return areSignaturesValid(entry) ? accept(true) : refuseAt("signature-refused", "signatures")
}

/** Indices of the trustees who signed an extension, in the order of their signatures. */
export function signingTrustees(entry: EntryOf<"extension">, ceremony: CeremonyBody): readonly number[] {
  return entry.signatures.slice(1).map(({ key }) => indexOfTrustee(key, ceremony))
}

type SingleSigner = Exclude<Extract<ElectionEntry, { signatures: unknown }>, { kind: "extension" }>

function signerOf(entry: SingleSigner, ceremony: CeremonyBody): string | undefined {
  switch (entry.kind) {
    case "ceremony":
    case "ceremony-aborted":
    case "definition":
    case "election-open":
    case "tally":
    case "void":
      return ceremony.organizer.key
    case "trustee-key":
    case "dkg-commit":
    case "dkg-deal":
    case "dkg-confirm":
    case "dkg-complaint":
    case "definition-signature":
    case "drill-share":
    case "decryption-share":
      return ceremony.trustees[entry.body.trustee - 1]?.key
  }
}

function areExtensionKeys([first, ...others]: readonly string[], ceremony: CeremonyBody): boolean {
  const indices = others.map((key) => indexOfTrustee(key, ceremony))
  return first === ceremony.organizer.key && indices.every((index, at) => index > (indices[at - 1] ?? 0))
}

/** 0 when the key is no trustee's. */
function indexOfTrustee(key: string, { trustees }: CeremonyBody): number {
  return trustees.findIndex((trustee) => trustee.key === key) + 1
}
