// `npm run openapi` writes src/service/http/openapi.json from the route table; its difference is reviewed like code.
import { writeFileSync } from "node:fs"
import { allRoutes } from "../src/service/app.ts"
import { openApiText } from "../src/service/http/docs.ts"

const file = new URL("../src/service/http/openapi.json", import.meta.url)
writeFileSync(file, openApiText(allRoutes({} as never))) // handlers are not called: no part of a service is needed
