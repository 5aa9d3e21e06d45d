// Settings of `sotto cosign`, from the environment alone. It shares no key and no file with `sotto serve`.
import { KeyReader, readKeyFile, readListen } from "../service/config.ts"
import type { Environment, ServiceConfig } from "../service/config.ts"
import type { SigningKey } from "../protocol/primitives/note-key.ts"
import { StartRefusal } from "../service/start-refusal.ts"

/** Settings of a cosigner; trust consequences are told in the README's table of keys. */
export interface CosignerConfig {
  readonly listen: ServiceConfig["listen"]
  readonly tls: ServiceConfig["tls"]
  readonly keyFile: string
  readonly databaseFile: string
  /** Names the logs that are watched. */
  readonly policyFile: string
  readonly keepAliveSeconds: number
  readonly drainSeconds: number
}

/** Keys of the service and of building, which may stand in the same environment. */
const OTHERS = /^SOTTO_(?!COSIGNER_)/

/** Reads the configuration. @throws StartRefusal `R1` naming the key, never its value */
export function readCosignerConfig(environment: Environment = process.env): CosignerConfig {
  const own = Object.entries(environment).filter(([key]) => !OTHERS.test(key))
  const keys = new KeyReader(Object.fromEntries(own))
  const config: CosignerConfig = {
    listen: readListen(keys, "SOTTO_COSIGNER_LISTEN", "127.0.0.1:8090"),
    tls: null, // everything it says is signed: a proxy adds TLS where a log's operator asks for https
    keyFile: keys.text("SOTTO_COSIGNER_KEY_FILE", ".sotto/cosigner/cosigner.key", /^.+$/),
    databaseFile: keys
      .text("SOTTO_COSIGNER_DATABASE", "sqlite:.sotto/cosigner/cosigner.db", /^sqlite:.+$/)
      .slice("sqlite:".length),
    policyFile: keys.text("SOTTO_COSIGNER_POLICY_FILE", ".sotto/cosigner/policy", /^.+$/),
    keepAliveSeconds: keys.integer("SOTTO_COSIGNER_KEEPALIVE_SECONDS", 60, 1, 3600),
    drainSeconds: keys.integer("SOTTO_COSIGNER_DRAIN_SECONDS", 10, 1, 600),
  }
  keys.refuseUnknown()
  return config
}

/** The cosigning key. @throws StartRefusal `R1`; `R15` for a key that signs logs or documents */
export function readCosignerKey(file: string): SigningKey {
  const key = readKeyFile(file)
  if (key.type !== 0x04) throw new StartRefusal("R15", `${file} holds no cosigner's key`)
  return key
}
