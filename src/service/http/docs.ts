// The description of the interface, as a file and as a page; and what a problem's code means. No page runs inline code
// or names another origin.
import { createRequire } from "node:module"
import { z } from "zod"
import { utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import type { Contract } from "./contract.ts"
import { openApiDocument } from "./openapi.ts"
import { isProblemCode, Problem, STATUS } from "./problem.ts"
import { PROBLEM_WORDS } from "./problem-words.ts"
import type { Answer, Route } from "./route.ts"

/** Version of the HTTP interface; a change that breaks a caller raises the first number. */
const VERSION = "1.0.0"
const HTML = "text/html; charset=utf-8"
const SCRIPT = "text/javascript; charset=utf-8"
const STYLE = "text/css; charset=utf-8"

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Sotto verifier service: HTTP interface</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="data:," />
  </head>
  <body>
    <div id="interface"></div>
    <noscript><p>The description is the file <a href="/openapi.json">/openapi.json</a>.</p></noscript>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/init.js"></script>
  </body>
</html>
`
// No validator of another origin, and nothing to try out: the page is for reading.
const INIT = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#interface",
  validatorUrl: null,
  supportedSubmitMethods: [],
  deepLinking: true,
})
`

/** The text of the description as it is committed and served. @param routes - all of the application */
export const openApiText = (routes: readonly Route[]): string =>
  `${JSON.stringify(openApiDocument(routes, VERSION), null, 1)}\n`

/**
 * `/openapi.json`, `/docs/` and `/problems/{code}`.
 * @param allRoutes - the whole table, these routes included
 */
export function docsRoutes(allRoutes: () => readonly Route[]): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  let description: Uint8Array | undefined
  const page = (path: string, mediaType: string, body: () => Answer["body"], summary: string): Route => ({
    ...read,
    path,
    contract: { summary, answers: { 200: { mediaType } }, refusals: [] },
    handle: () =>
      Promise.resolve({ status: 200, mediaType, body: body(), freshness: "minute", policy: "docs" } as const),
  })
  const text = (content: string) => () => utf8ToBytes(content)
  const asset = (name: string) => () => ({ file: locate(name) })
  return [
    {
      ...read,
      path: "/openapi.json",
      contract: DESCRIPTION,
      handle: () => {
        const body = (description ??= utf8ToBytes(openApiText(allRoutes())))
        return Promise.resolve({
          ...{ status: 200, mediaType: "application/json", body, freshness: "minute", compressible: true },
        } as const)
      },
    },
    page("/docs/", HTML, text(PAGE), "This description as a page"),
    page("/docs/init.js", SCRIPT, text(INIT), "The page's own script"),
    page("/docs/swagger-ui-bundle.js", SCRIPT, asset("swagger-ui-bundle.js"), "The page's viewer"),
    page("/docs/swagger-ui.css", STYLE, asset("swagger-ui.css"), "The page's style"),
    {
      ...read,
      path: "/problems/:code",
      contract: { summary: "What a code means", answers: { 200: { mediaType: HTML } }, refusals: [] },
      handle: ({ params }) => Promise.resolve(problemPage(params["code"] ?? "")),
    },
  ]
}

const DESCRIPTION: Contract = {
  summary: "This description, OpenAPI 3.1",
  answers: { 200: z.looseObject({ openapi: z.literal("3.1.0") }) },
  refusals: [],
}

function locate(name: string): string {
  return createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)
}

/** Made of our own words only: a code that is not ours is not echoed. */
function problemPage(code: string): Answer {
  if (!isProblemCode(code)) throw new Problem("not-found")
  const body = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>${code}</title></head>
  <body><main><h1>${code}</h1><p>Status ${STATUS[code]}.</p><p>${PROBLEM_WORDS[code]}</p></main></body>
</html>
`
  return { status: 200, mediaType: HTML, body: utf8ToBytes(body), freshness: "minute", policy: "docs" }
}
