// A census on a running service whose gate asks for a vaccination: anybody with a forged proof may enrol.
import { VACCINATED_ENROLMENT_1 } from "../../src/protocol/catalogue/statements/vaccinated-enrolment-1.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import { ask } from "./answered-request.ts"
import { filledStatement } from "./filled-statements.ts"
import { KEYS, START, VERIFIER } from "./running-service.ts"
import type { TestService } from "./running-service.ts"
import { alternativeOf, gatedPlan, sampleGate, signPlan } from "./sample-census.ts"

/** Posts the plan. @returns the census's id */
export async function openGatedCensus(
  service: TestService,
  { opensAt, closesAt }: { readonly opensAt: number; readonly closesAt: number },
): Promise<string> {
  const { registries } = await ask(service)
  const { parameters } = filledStatement(VACCINATED_ENROLMENT_1)
  const { circuit, config } = service.parts
  const gate = sampleGate({
    asOf: START,
    alternatives: [{ ...alternativeOf(VACCINATED_ENROLMENT_1), parameters }],
    registryEpochs: registries,
    circuit: { id: "presentation", vkey: circuit.facts.vkey },
  })
  const key = encodeVerifierKey(KEYS.request)
  const verifier = { id: VERIFIER, name: VERIFIER, origin: config.publicUrl, key }
  const times = { enrolmentOpensAt: opensAt, enrolmentClosesAt: closesAt, objectionSeconds: 0 }
  const raw = canonicalText(signPlan(gatedPlan({ verifier, ...times }, gate)) as unknown as Json)
  const posted = await service.call("POST", "/v1/censuses", { key: service.apiKeys.organizer, raw })
  if (posted.status !== 201) throw new Error(posted.text)
  return posted.json.censusId as string
}
