/** Every exporter's documents of the corpus are valid by the published schema of their format. */
import { expect, test } from "vitest";
import { loadCorpus } from "../corpus/corpus.ts";
import { auditReport } from "../src/report/build.ts";
import { documentsOf, SCHEMA_CHECKS } from "../src/report/exporter-schemas.test-support.ts";
import { missing } from "../src/report/schemas.test-support.ts";
import { judge } from "../src/rules/judge.ts";
import { inventoryOf } from "./corpus-outcome.ts";

const corpus = loadCorpus();
/** Each format is asked of every sixty-fourth case, of all with TIMERWARDEN_DIFF. */
const STEP = process.env["TIMERWARDEN_DIFF"] ? 1 : 64;
const aloud = missing ? " (SKIPPED: no schemas beside the checkout)" : "";

test
  .skipIf(missing)
  .each(SCHEMA_CHECKS.map(([format, schema, make], turn) => ({ format, schema, make, turn })))(
  `$format is valid $schema${aloud}`,
  { timeout: 600_000 },
  ({ format, make, turn }) => {
    const check = make();
    const wrong: string[] = [];
    for (const one of corpus.filter((_, index) => index % STEP === turn % STEP)) {
      const inventory = inventoryOf(one);
      const report = auditReport(inventory, judge(inventory, { depth: "everything" }));
      for (const document of documentsOf(format, report)) {
        const fault = check(document);
        if (fault !== "") wrong.push(`${one.id}: ${fault}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);
