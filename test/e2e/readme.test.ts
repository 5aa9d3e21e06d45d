// What the README shows is executed here, word for word but for the port and the place of the built program.
import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, "../..")
let readme: string
let folder: string

beforeAll(async () => {
  readme = await readFile(join(ROOT, "README.md"), "utf8")
  folder = await mkdtemp(join(tmpdir(), "sotto-readme-"))
  await mkdir(join(folder, "test"))
  await mkdir(join(folder, "bin"))
  // What `npx sotto` finds in an installed checkout; exec, so that a signal to the job reaches the program.
  const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(ROOT, "dist/cli/main.js")}" "$@"\n`
  await writeFile(join(folder, "bin/npx"), npx, { mode: 0o755 })
  await cp(join(ROOT, "test/samples"), join(folder, "test/samples"), { recursive: true })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe("the README", () => {
  it("shows the first command by line 20", () => {
    const line = readme.split("\n").findIndex((text) => text.includes("npm ci && npm run demo"))
    expect(line).toBeGreaterThan(0)
    expect(line).toBeLessThan(20)
  })

  it("walks the whole story by hand, and its snippet reads the receipt that the walk left", async () => {
    const port = await freePort()
    const walk = block("sh", "npx sotto wallet respond").replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`)
    const script = [
      "set -euo pipefail",
      `PATH="${folder}/bin:$PATH"`,
      `export SOTTO_LISTEN=127.0.0.1:${port} SOTTO_PUBLIC_URL=http://127.0.0.1:${port} SOTTO_DRAIN_DELAY_SECONDS=0`,
      "trap 'kill %1 2>/dev/null || true' EXIT",
      walk,
    ].join("\n")
    const { stdout, stderr } = await run("bash", ["-c", script], { cwd: folder, timeout: 200_000 })
    expect(stdout).toContain('"verdict": "accepted"')
    expect(stdout).toContain('"verified": true')
    expect(stderr).toContain("clean")

    const snippet = block("ts", "verifyAnswer").replaceAll('"./src/', `"${ROOT}/src/`)
    await writeFile(join(folder, "snippet.ts"), snippet)
    const tsx = join(ROOT, "node_modules/.bin/tsx")
    const read = await run(tsx, [join(folder, "snippet.ts")], { cwd: folder })
    expect(read.stdout).toMatch(/^eligibility-check \d+\n$/)
  })

  it("names only files and scripts that exist", async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { scripts: object }
    for (const [, name = ""] of readme.matchAll(/npm run (?:--silent )?([a-z:]+)/g))
      expect(scripts).toHaveProperty(name)
    for (const [, path = ""] of readme.matchAll(/`((?:src|test|circuits|scripts)\/[\w./-]+)`/g)) {
      await expect(
        readFile(join(ROOT, path)).catch(() => run("ls", [join(ROOT, path)])),
        path,
      ).resolves.toBeDefined()
    }
  })
})

/** The fenced block of a language that contains a text. */
function block(language: string, containing: string): string {
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))]
  const found = blocks.map(([, text = ""]) => text).find((text) => text.includes(containing))
  if (found === undefined) throw new Error(`the README has no such block`)
  return found
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === "object" && address !== null ? address.port : 0
}
