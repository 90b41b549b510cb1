/** An assessment made of a bundle is the one the bundle was made of, byte for byte, for example hosts of every check. */
import { describe, expect, test } from "vitest";
import type { Host } from "../hosts/host.ts";
import { memoryHost } from "../hosts/memory.ts";
import { recordingHost } from "../hosts/recording.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import { assess } from "./assess.ts";
import { assessmentReport } from "./assessment-report.ts";
import { type BundleContext, bundleText, openBundle } from "./bundle.ts";
import { EXAMPLE_NOW } from "./check.test-support.ts";
import type { Example } from "./check.ts";
import { readHistory } from "./history.ts";
import { hostId } from "./host-id.ts";
import { CHECKS } from "./index.ts";
import { inspectorResult } from "./inspector.ts";
import { oscalResults } from "./oscal.ts";
import { subjectOf } from "./subject.ts";

/** One host of each kind of outcome of each check by turn; all with TIMERWARDEN_DIFF. */
const STEP = process.env["TIMERWARDEN_DIFF"] ? 1 : 12;
const HOSTS: readonly (readonly [name: string, example: Example])[] = CHECKS.flatMap(({ id, examples }) =>
  Object.entries(examples()).flatMap(([outcome, hosts]) =>
    (hosts as readonly Example[]).map((host, index) => [`${id}, ${outcome} ${index}`, host] as const),
  ),
).filter((_, index) => index % STEP === 0);

/** All that is told of a host, and the bundle of it. */
function told(host: Host, example: Example): readonly [report: string, oscal: string, bundle: string] {
  const seen = recordingHost(host);
  const nowUsec = example.nowUsec ?? EXAMPLE_NOW;
  const inventory = readInventory(seen, { zones: zonesOf(seen, memoryHost({}), "UTC"), nowUsec });
  const saved = Object.entries(example.history ?? {}).map(([name, text]) => ({
    name,
    content: Buffer.from(text),
  }));
  const history = example.history === undefined ? null : readHistory(saved, hostId(inventory), nowUsec);
  const subject = subjectOf(inventory, example.declared, history);
  const assessment = assess(subject);
  const inspector = inspectorResult(subject, assessment, []);
  const report = assessmentReport(inventory, assessment, {
    inspector,
    history,
    toolVersion: "0.1.0",
    case: null,
  });
  const given = { controls: [], attestations: null, inspector: [], history: null, case: null };
  const context: BundleContext = {
    nowUsec,
    systemd: null,
    scopes: "all",
    zone: "UTC",
    given,
  };
  const oscal = oscalResults(assessment, { host: "example", nowUsec, toolVersion: "0.1.0" });
  return [JSON.stringify(report), JSON.stringify(oscal), bundleText(seen, context)];
}

describe("the same bytes twice, and from the bundle", () => {
  test.each(HOSTS)("%s", (_, example) => {
    const first = told(memoryHost(example.files), example);
    expect(told(memoryHost(example.files), example)).toEqual(first);
    const opened = openBundle(first[2]);
    if (!opened.ok) throw new Error(opened.problem.message);
    expect(told(opened.value.host, example)).toEqual(first);
  });
});
