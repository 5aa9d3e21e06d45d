// Whose signatures the desk believes: files named on the command line, and nothing else.
import { DccError } from "../health/eu-dcc/dcc-error.ts"
import { parseTrustList } from "../health/eu-dcc/parse-trust-list.ts"
import { prepareTrustList } from "../health/eu-dcc/trust-list.ts"
import type { TrustList } from "../health/eu-dcc/trust-list.ts"
import { HealthCardError } from "../health/smart-health-card/health-card-error.ts"
import { parseIssuerKeys } from "../health/smart-health-card/issuer-keys.ts"
import type { PinnedIssuers } from "../health/smart-health-card/issuer-keys.ts"
import { parseRevocationList } from "../health/smart-health-card/revocation.ts"
import type { RevocationList } from "../health/smart-health-card/revocation.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"
import { recordPlatform } from "./record-platform.ts"

/**
 * Pinned issuers of health cards.
 * @param pins - `https://issuer.example/path=FILE`, FILE being the issuer's key set as published under
 * `/.well-known/jwks.json`
 * @throws CliError `option-invalid`, `file-missing`
 */
export async function readPinnedIssuers(pins: readonly string[]): Promise<PinnedIssuers> {
  const issuers = new Map<string, ReturnType<typeof parseIssuerKeys>>()
  for (const pin of pins) {
    const [, iss, file] = /^(https:\/\/[^=]*[^=/])=(.+)$/.exec(pin) ?? []
    if (iss === undefined || file === undefined) {
      throw new CliError("option-invalid", "--issuer is <https url without a slash at its end>=<jwks file>")
    }
    if (issuers.has(iss)) throw new CliError("option-invalid", `--issuer names ${iss} twice`)
    const bytes = await readInput(file)
    issuers.set(
      iss,
      whole(file, () => parseIssuerKeys(bytes)),
    )
  }
  return issuers
}

/**
 * The document signers to believe.
 * @param file - one of the forms of `parseTrustList`
 * @throws as readPinnedIssuers
 */
export async function readDccTrust(file: string): Promise<TrustList> {
  const bytes = await readInput(file)
  return whole(file, () => prepareTrustList(parseTrustList(bytes), recordPlatform))
}

/** Revocation lists. @param files - as issuers publish them under `/.well-known/crl/` @throws as readPinnedIssuers */
export async function readRevocations(files: readonly string[]): Promise<readonly RevocationList[]> {
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readInput(file)
      return whole(file, () => parseRevocationList(bytes))
    }),
  )
}

/** A trust file that is refused is a fault of the call, never a refusal of the record. */
function whole<T>(file: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    if (!(cause instanceof HealthCardError) && !(cause instanceof DccError)) throw cause
    throw new CliError(
      "option-invalid",
      `${file}: ${cause.code}${cause.path === undefined ? "" : ` at ${cause.path}`}`,
      { cause },
    )
  }
}
