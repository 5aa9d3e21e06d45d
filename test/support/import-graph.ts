// The files a source file links, found with TypeScript's own scanner: static, dynamic and type imports alike.
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import ts from "typescript"

const ROOT = resolve(import.meta.dirname, "../..")

/** What one file names: specifiers as written. @param path - from the root of the project */
export function specifiersOf(path: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, path), "utf8"), true, true)
  return importedFiles.map(({ fileName }) => fileName)
}

/** Every file reachable from `entry`, itself included, with the file that first named it. Paths from the root. */
export function reachableFrom(entry: string): ReadonlyMap<string, string | null> {
  const found = new Map<string, string | null>([[entry, null]])
  for (const path of found.keys()) {
    for (const specifier of specifiersOf(path).filter((name) => name.startsWith("."))) {
      const target = relative(ROOT, resolve(ROOT, dirname(path), specifier))
      if (!existsSync(join(ROOT, target)))
        throw new Error(`${path} imports ${specifier}, which does not exist`)
      if (target.endsWith(".ts") && !found.has(target)) found.set(target, path)
    }
  }
  return found
}

/** Every TypeScript source below `folder`, from the root of the project. */
export function sourcesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name))
    .sort()
}
