// The committed description is what the route table gives, describes everything, and lets nothing else through.
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { allRoutes } from "../../src/service/app.ts"
import { codesOf } from "../../src/service/http/contract.ts"
import { openApiText } from "../../src/service/http/docs.ts"
import { templateOf } from "../../src/service/http/openapi.ts"
import { STATUS } from "../../src/service/http/problem.ts"
import { contractFault, DESCRIPTION } from "../support/contract.ts"

const ROUTES = allRoutes({} as never)
const FILE = new URL("../../src/service/http/openapi.json", import.meta.url)

it("is the file that the route table gives", () => {
  const text = openApiText(ROUTES)
  expect(readFileSync(FILE, "utf8") === text, "run `npm run openapi` and review the difference").toBe(true)
})

it("has every route, and every code of each under its status", () => {
  for (const route of ROUTES) {
    const operation = DESCRIPTION.paths[templateOf(route.path)]?.[route.method]
    expect(operation, `${route.method} ${route.path}`).toBeDefined()
    for (const code of codesOf(route)) {
      const media = operation?.responses[String(STATUS[code])]?.content?.["application/problem+json"]
      expect(JSON.stringify(media?.schema)).toContain(`"${code}"`)
    }
    expect(operation?.requestBody !== undefined, route.path).toBe(route.maxBodyBytes > 0)
  }
})

describe("every object in it", () => {
  it("has no member beside those that are named", () => {
    const open: string[] = []
    walk(DESCRIPTION, "", (part, at) => {
      const isObject = part["type"] === "object" && "properties" in part
      if (isObject && part["additionalProperties"] !== false) open.push(at)
    })
    // The description of itself is OpenAPI's to say.
    expect(open).toEqual(["/paths//openapi.json/get/responses/200/content/application/json/schema"])
  })
})

describe("a test service's caller", () => {
  const answer = { mediaType: "application/json", status: 200 }
  it.each([
    ["a member too many", { ...answer, json: { logs: [], more: 1 } }],
    ["a member too few", { ...answer, json: {} }],
    ["another status", { ...answer, status: 418, json: { logs: [] } }],
    ["another media type", { ...answer, mediaType: "text/html", json: undefined }],
  ])("sees %s", (_name, wrong) => {
    expect(contractFault("GET", "/v1/logs", { ...answer, json: { logs: [] } })).toBeNull()
    expect(contractFault("GET", "/v1/logs", wrong)).not.toBeNull()
  })

  it("sees a code that the route does not list", () => {
    const json = {
      ...{ type: "/problems/nullifier-spent", title: "x", status: 409, code: "nullifier-spent" },
      instance: `urn:uuid:${"0".repeat(36)}`,
    }
    const problem = { status: 409, mediaType: "application/problem+json", json }
    expect(contractFault("POST", "/v1/presentations", problem)).toBeNull()
    expect(contractFault("POST", "/v1/presentation-requests", problem)).not.toBeNull()
  })
})

function walk(value: unknown, at: string, visit: (part: Record<string, unknown>, at: string) => void): void {
  if (typeof value !== "object" || value === null) return
  visit(value as Record<string, unknown>, at)
  for (const [name, part] of Object.entries(value)) walk(part, `${at}/${name}`, visit)
}
