// A project root with one tiny circuit, so that a whole build takes a second.
import { cpSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findToolchain } from "../../scripts/build/toolchain.ts"
import type { CircuitsBuild } from "../../scripts/build/build-circuits.ts"
import type { Progress } from "../../scripts/build/progress.ts"

/** A build of the tiny project, and the stages it announced: `compile tiny`, `skip keys tiny`, ... */
export interface TinyBuild extends CircuitsBuild {
  readonly stages: readonly string[]
}

/** A throw-away project; `remove` deletes it. */
export interface TinyProject {
  readonly root: string
  readonly cache: string
  readonly build: () => TinyBuild
  readonly remove: () => void
}

/** out = a * b + c^3 + weights[0] + 2 * weights[1]; public: out, c, weights; private: a, b. */
const TINY = `pragma circom 2.1.6;
include "lib/cube.circom";
// include "nowhere.circom";
template Tiny(BITS) {
    signal input a, b, c, weights[BITS];
    signal output out;
    signal product <== a * b;
    signal cube <== Cube()(c);
    var sum = 0;
    for (var i = 0; i < BITS; i++) sum += weights[i] * (1 << i);
    signal squared <== weights[1] * weights[1];
    signal bound <== squared * a;
    out <== product + cube + sum;
}
`
const CUBE = `pragma circom 2.1.6;
template Cube() { signal input x; signal output y; signal square <== x * x; y <== square * x; }
`

/** Writes the sources of the tiny project into a temporary folder. */
export function makeTinyProject(): TinyProject {
  const root = mkdtempSync(join(tmpdir(), "sotto-tiny-"))
  mkdirSync(join(root, "circuits", "lib"), { recursive: true })
  writeFileSync(join(root, "circuits", "lib", "cube.circom"), CUBE)
  writeFileSync(join(root, "circuits", "tiny.circom"), TINY)
  writeFileSync(
    join(root, "circuits", "circuits.json"),
    JSON.stringify({
      circuits: [
        { id: "tiny", file: "tiny.circom", template: "Tiny", public: ["c", "weights"], params: [2] },
      ],
    }),
  )
  return openTinyProject(root)
}

/** A copy of a project as it stands, its cache included: tests that break things start from one that was built once. */
export function copyTinyProject(original: TinyProject): TinyProject {
  const root = mkdtempSync(join(tmpdir(), "sotto-tiny-"))
  cpSync(original.root, root, { recursive: true })
  return openTinyProject(root)
}

function openTinyProject(root: string): TinyProject {
  const cache = join(root, "cache")
  return {
    root,
    cache,
    build: () => {
      const stages: string[] = []
      return { root, cache, tools: findToolchain(), progress: recordStages(stages), stages }
    },
    remove: () => rmSync(root, { recursive: true }),
  }
}

/** A witness of the tiny circuit: the assignment by name. */
export const TINY_INPUT = { a: 3n, b: 5n, c: 2n, weights: [1n, 4n] }

/** Its public signals: out = 15 + 8 + 1 + 8, c, weights. */
export const TINY_SIGNALS = ["32", "2", "1", "4"]

/** Records the stages a build announces. */
export function recordStages(stages: string[]): Progress {
  return {
    begin: (stage) => void stages.push(stage),
    advance: () => undefined,
    end: () => undefined,
    skip: (stage) => void stages.push(`skip ${stage}`),
  }
}
