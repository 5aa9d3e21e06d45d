// What ships: adding a document is its file and its line here.
import { makeCatalogue } from "./catalogue.ts"
import { COVERAGE_1 } from "./schemas/coverage-1.ts"
import { COVERAGE_COSTS_1 } from "./schemas/coverage-costs-1.ts"
import { IMMUNIZATION_1 } from "./schemas/immunization-1.ts"
import { INFECTION_TEST_1 } from "./schemas/infection-test-1.ts"
import { LABORATORY, LABORATORY_CODED } from "./schemas/laboratory.ts"
import { LICENCE_1 } from "./schemas/licence-1.ts"
import { MEDICINE_PACK_1 } from "./schemas/medicine-pack-1.ts"
import { PERSON_1 } from "./schemas/person-1.ts"
import { RECOVERY_1 } from "./schemas/recovery-1.ts"
import { TREATMENT_1 } from "./schemas/treatment-1.ts"
import { ward } from "./schemas/ward.ts"
import { AGE_OVER_1 } from "./statements/age-over-1.ts"
import { INSURANCE_ACTIVE_1 } from "./statements/insurance-active-1.ts"
import { INSURANCE_COST_CEILING_1 } from "./statements/insurance-cost-ceiling-1.ts"
import { INSURANCE_DEDUCTIBLE_1 } from "./statements/insurance-deductible-1.ts"
import { INSURANCE_DEPENDANT_1 } from "./statements/insurance-dependant-1.ts"
import { INSURANCE_ELIGIBILITY_1 } from "./statements/insurance-eligibility-1.ts"
import { codedValue, valueInRange, valueNormal } from "./statements/laboratory.ts"
import { LICENCE_HOLDER_ENROLMENT_1 } from "./statements/licence-holder-enrolment-1.ts"
import { LICENCE_IN_GOOD_STANDING_1 } from "./statements/licence-in-good-standing-1.ts"
import { MEDICINE_BATCH_1 } from "./statements/medicine-batch-1.ts"
import { RECENT_NEGATIVE_TEST_1 } from "./statements/recent-negative-test-1.ts"
import { RECOVERY_CERTIFICATE_1 } from "./statements/recovery-certificate-1.ts"
import { TREATMENT_CLAIM_1 } from "./statements/treatment-claim-1.ts"
import { VACCINATED_ENROLMENT_1 } from "./statements/vaccinated-enrolment-1.ts"
import { VACCINATION_BOOSTER_1 } from "./statements/vaccination-booster-1.ts"
import { VACCINATION_COUNT_1 } from "./statements/vaccination-count-1.ts"
import { VACCINATION_SERIES_1 } from "./statements/vaccination-series-1.ts"
import { VACCINATION_STATUS_1 } from "./statements/vaccination-status-1.ts"
import { WARD_VACCINATION_SERIES_1 } from "./statements/ward-vaccination-series-1.ts"
import { COVID_19_VACCINES_1 } from "./value-sets/covid-19-vaccines-1.ts"

const PERSONAL = [IMMUNIZATION_1, INFECTION_TEST_1, RECOVERY_1, COVERAGE_1, COVERAGE_COSTS_1, PERSON_1]

/** The catalogue of this release. */
export const CATALOGUE = makeCatalogue({
  schemas: [
    ...PERSONAL,
    ...PERSONAL.map(ward),
    ...[LICENCE_1, MEDICINE_PACK_1, TREATMENT_1],
    ...LABORATORY,
    ...LABORATORY_CODED,
  ],
  statements: [
    ...[VACCINATION_STATUS_1, VACCINATION_COUNT_1, VACCINATION_SERIES_1, VACCINATION_BOOSTER_1],
    ...[WARD_VACCINATION_SERIES_1, RECENT_NEGATIVE_TEST_1, RECOVERY_CERTIFICATE_1],
    ...[INSURANCE_ELIGIBILITY_1, INSURANCE_ACTIVE_1, INSURANCE_DEDUCTIBLE_1, INSURANCE_COST_CEILING_1],
    ...[INSURANCE_DEPENDANT_1, TREATMENT_CLAIM_1],
    ...[AGE_OVER_1, LICENCE_IN_GOOD_STANDING_1, MEDICINE_BATCH_1],
    ...[LICENCE_HOLDER_ENROLMENT_1, VACCINATED_ENROLMENT_1],
    ...LABORATORY.flatMap((schema) => [valueInRange(schema), valueNormal(schema)]),
    ...LABORATORY_CODED.map(codedValue),
  ],
  valueSets: [COVID_19_VACCINES_1],
})
