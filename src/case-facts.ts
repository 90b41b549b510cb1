import * as v from "valibot";

/** What the operator says about the matter a result belongs to; `null` for what was not said. */
export const CASE_FACTS = v.object({
  number: v.nullable(v.string()),
  evidenceNumber: v.nullable(v.string()),
  examiner: v.nullable(v.string()),
  notes: v.nullable(v.string()),
});

export type CaseFacts = v.InferOutput<typeof CASE_FACTS>;
