import { z } from "zod"
import { CENSUS_DOCUMENTS, enrolmentShape, promiseShape } from "../../../protocol/wire/census.ts"
import type { ProblemCode } from "../../http/problem.ts"
import type { Contract } from "../../http/contract.ts"
import { bytesOf, hex64, OCTETS, request, seconds } from "./shapes.ts"

const census = CENSUS_DOCUMENTS.census
const OPEN = [
  "census-unknown",
  "census-closed",
  "census-frozen",
  "leaf-not-canonical",
  "field-element-not-canonical",
] as const
const FREEZE = [
  "definition-invalid",
  "census-unknown",
  "phase-refused",
  "census-too-small",
  "census-too-large",
  "leaf-duplicate",
  "leaf-not-canonical",
  "enrolment-not-qualified",
  "signature-refused",
  "registrar-signature-missing",
] as const

export const postPlan: Contract = {
  summary: "Announce a census by its signed plan",
  body: CENSUS_DOCUMENTS["census-plan"],
  answers: { 201: z.strictObject({ censusId: hex64 }), 200: z.strictObject({ censusId: hex64 }) },
  refusals: [
    "field-element-not-canonical",
    "signature-refused",
    "definition-invalid",
    "circuit-not-current",
    "statement-withdrawn",
    "registry-stale",
    "statement-refused",
  ],
}
export const readCensus: Contract = {
  summary: "Plan, state and how many enrolled on each day",
  answers: {
    200: z.strictObject({
      censusId: hex64,
      plan: CENSUS_DOCUMENTS["census-plan"],
      state: z.enum(["open", "frozen"]),
      enrolled: z.array(
        z.strictObject({ date: z.string().regex(/^\d{4}-\d\d-\d\d$/), leaves: z.int().min(0) }),
      ),
      freeze: census.shape.body.optional(),
      freezeRefused: z.string().optional(),
      census: census.optional(),
      frozenAt: seconds.optional(),
      objectionsUntil: seconds.optional(),
    }),
  },
  refusals: ["census-unknown"],
}
export const putLeaf: Contract = {
  summary: "Enter a named voter's leaf, signed by a registrar",
  body: CENSUS_DOCUMENTS["census-leaf"],
  answers: { 200: z.strictObject({ promise: promiseShape }) },
  refusals: [
    ...OPEN,
    "signature-refused",
    "registrar-signature-missing",
    "leaf-duplicate",
    "leaf-reserved",
    "census-too-large",
    "enrolment-not-qualified",
  ],
}
export const postFreeze: Contract = {
  summary: "Freeze the census under two registrars' signatures",
  body: census,
  answers: { 200: z.strictObject({ censusId: hex64, state: z.literal("frozen") }) },
  refusals: [...OPEN, ...FREEZE],
}
const file = (summary: string, mediaType: string): Contract => ({
  summary,
  answers: { 200: mediaType === OCTETS.mediaType ? OCTETS : bytesOf(mediaType) },
  refusals: FREEZE satisfies readonly ProblemCode[],
})
/** The files of a frozen census, by name. */
export const censusFile = (name: string, mediaType: string): Contract =>
  file(`The ${name} of a frozen census`, mediaType)
export const postEnrolment: Contract = {
  summary: "Ask to be enrolled: the request that everybody gets",
  body: enrolmentShape,
  answers: { 201: request },
  refusals: [...OPEN, "request-expired"],
}
