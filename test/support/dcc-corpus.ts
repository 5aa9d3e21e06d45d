// The member states' conformance corpus, read from $SOTTO_DATA and never committed.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const FOLDER = join(process.env["SOTTO_DATA"] ?? "../shared/data", "eu-dcc")
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("data")

/** True when a suite over the corpus is to be skipped, which is said aloud. */
export const isCorpusAbsent = !existsSync(FOLDER) && !isRequired
if (isCorpusAbsent) console.warn(`SKIPPED: no ${FOLDER}; set SOTTO_DATA to run the EU certificates`)

/** A case as it stands in its file. */
export interface CorpusCase {
  /** `country/file`, without the extension. */
  readonly name: string
  readonly raw: Readonly<Record<string, any>>
}

/** All cases, by country and in the order of their files; none when the corpus is absent. */
export const corpusCases: readonly CorpusCase[] = isCorpusAbsent
  ? []
  : readdirSync(FOLDER)
      .filter((file) => file.endsWith(".json"))
      .sort()
      .flatMap((file) =>
        (JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Record<string, any>[]).map((raw) => ({
          name: `${file.replace(".json", "")}/${String(raw["file"]).replace(".json", "")}`,
          raw,
        })),
      )
