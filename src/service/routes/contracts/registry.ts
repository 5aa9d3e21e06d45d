import { z } from "zod"
import { bundleShape, issuerEntryShape, statusListShape } from "../../../protocol/wire/credential.ts"
import { counter, fr, name } from "../../../protocol/wire/scalars.ts"
import type { Contract } from "../../http/contract.ts"
import { receipt } from "./shapes.ts"

const MALFORMED = ["malformed-registry", "field-element-not-canonical", "registry-unknown"] as const
const issuer = z.strictObject({
  issuer: issuerEntryShape,
  schemas: z.array(fr).min(1).max(64),
})
const ended = z.literal("ended")
const published = z.strictObject({ epoch: counter, root: fr })

export const listRegistries: Contract = {
  summary: "Registries, their keys and newest published epochs",
  answers: {
    200: z.strictObject({
      registries: z.array(z.strictObject({ id: name, key: z.string(), newest: counter.optional() })),
    }),
  },
  refusals: [],
}
export const readEpoch: Contract = {
  summary: "An epoch's number and the receipt of its signed entry",
  answers: { 200: z.strictObject({ number: counter, receipt }) },
  refusals: ["registry-unknown"],
}
export const readBundle: Contract = {
  summary: "Everything an epoch's root stands for: the same bytes for everybody",
  answers: { 200: bundleShape.meta({ id: "RegistryBundle" }) },
  refusals: ["registry-unknown"],
}
export const putStatusList: Contract = {
  summary: "Hand in a whole status list, signed with the issuer's operations key",
  body: statusListShape,
  answers: { 202: z.strictObject({ epoch: counter }) },
  refusals: [...MALFORMED, "signature-refused", "registry-inconsistent", "epoch-rollback", "registry-stale"],
}
export const postIssuer: Contract = {
  summary: "Enter an issuer with the schemas it may sign",
  body: issuer,
  answers: { 201: z.strictObject({ id: name, schemas: z.array(fr) }) },
  refusals: [...MALFORMED, "point-refused", "leaf-duplicate", "signature-refused"],
}
export const endIssuer: Contract = {
  summary: "End an issuer's entry",
  body: z.strictObject({ state: ended }),
  answers: { 200: z.strictObject({ id: name, state: ended }) },
  refusals: MALFORMED,
}
export const postEpoch: Contract = {
  summary: "Publish an epoch",
  body: z.strictObject({ urgent: z.boolean() }),
  answers: { 202: published },
  refusals: [...MALFORMED, "registry-inconsistent", "epoch-rollback", "registry-stale", "phase-refused"],
}
