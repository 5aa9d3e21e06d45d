import type { Contract } from "../../http/contract.ts"
import { bytesOf } from "./shapes.ts"

const answers = { 200: bytesOf("text/event-stream") }

export const requestEvents: Contract = {
  summary: "The end of the caller's own request: `satisfied` or `expired`",
  answers,
  refusals: [],
}
export const electionEvents: Contract = {
  summary: "An election's `phase` and, while votes are cast, how many were `accepted`",
  answers,
  refusals: ["election-unknown"],
}
export const logEvents: Contract = {
  summary: "The `head` of a log, at most once a second",
  answers,
  refusals: [],
}
