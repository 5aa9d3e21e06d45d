// `npm start`: build, then a development service on loopback with its state under .sotto/.
import { spawnSync } from "node:child_process"

for (const command of [
  ["tsx", ["scripts/build.ts"]],
  ["node", ["dist/cli/main.js", "serve"]],
] as const) {
  const [program, args] = command
  const [file, full] =
    program === "node" ? [process.execPath, args] : ["npx", ["--no-install", program, ...args]]
  const { status } = spawnSync(file, full, { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}
