/**
 * The URL of a module beside the importer, with the importer's own extension: `.ts` while sources run, `.js` once built.
 * @param importer - `import.meta.url` of the caller
 * @param name - file name without extension
 */
export function siblingModule(importer: string, name: string): URL {
  return new URL(`./${name}${importer.endsWith(".ts") ? ".ts" : ".js"}`, importer)
}
