// A second process of a test service, on the same database with a state directory of its own. Prints where it listens, and
// leaves when its input ends.
import { startTestService } from "./running-service.ts"

const [database = "", stateDirectory = "", now = "0", queue = "4"] = process.argv.slice(2)
const environment = { SOTTO_VERIFY_QUEUE: queue, SOTTO_VERIFY_MAX_WAIT_MS: "60000" }
const service = await startTestService({ environment, beside: { database, stateDirectory } })
service.clock.now = Number(now)
console.log(service.url)
process.stdin.resume()
process.stdin.once("end", () => {
  void service.remove().then(() => process.exit(0))
})
