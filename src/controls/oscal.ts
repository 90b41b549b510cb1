/**
 * OSCAL assessment results 1.1.3 of an assessment. Ids are UUIDs of version 5 made of host and check, so that one
 * subject keeps its id from run to run. Only what a check or an attestation speaks to becomes a finding: OSCAL has no
 * word for "not assessed", and leaving it out is the honest one.
 */
import { createHash } from "node:crypto";
import type { AssessedCheck, AssessedControl, Assessment } from "./assess.ts";
import type { CheckEvidence } from "./check.ts";

export interface OscalFacts {
  /** What tells the host apart from others: machine id, host name, or target. */
  readonly host: string;
  readonly nowUsec: number;
  readonly toolVersion: string;
}

const NAMESPACE = "7d1b2c0e-5a54-5d6f-9a3e-3f0c5e3b8a11";
const OWN = "https://timerwarden.example/ns/oscal";

type Json = Readonly<Record<string, unknown>>;

export function oscalResults(assessment: Assessment, facts: OscalFacts): Json {
  const id = (...parts: readonly string[]): string => uuid5([facts.host, ...parts]);
  const time = new Date(facts.nowUsec / 1000).toISOString();
  const checks = assessment.controls.flatMap(({ checks: own }) => own);
  const files = new Map<string, CheckEvidence>();
  for (const { result } of checks)
    for (const item of result.evidence)
      if (item.digest !== null) files.set(`${item.path}\0${item.digest}`, item);
  const tool = id("component", "timerwarden");
  const findings = assessment.controls.flatMap((control) => findingsOf(control, id));
  const risks = checks.flatMap((assessed) => risksOf(assessed, id));
  const attestations = attestationsOf(assessment);
  return {
    "assessment-results": {
      uuid: id("results", time),
      metadata: {
        title: "Systemd timers (T1053.006): assessment of a host",
        "last-modified": time,
        version: facts.toolVersion,
        "oscal-version": "1.1.3",
      },
      "import-ap": { href: `#${id("plan")}` },
      results: [
        {
          uuid: id("result", time),
          title: "Checks of the controls mapped to systemd timers",
          description:
            "What the files of the host show. Objectives that only people and papers can show are not among the findings.",
          start: time,
          "reviewed-controls": {
            "control-selections": [
              {
                "include-controls": assessment.controls.map(({ control }) => ({
                  "control-id": control.oscal,
                })),
              },
            ],
            ...objectiveSelections(assessment),
          },
          ...some("attestations", attestations),
          ...some(
            "observations",
            checks.map((assessed) => observationOf(assessed, id, time, tool)),
          ),
          ...some("risks", risks),
          ...some("findings", findings),
        },
      ],
      "back-matter": {
        resources: [
          {
            uuid: id("plan"),
            title: "Assessment plan",
            description:
              "The checks built into Timerwarden, run as they are; there is no separate plan document.",
          },
          ...[...files.values()].map(({ path, digest }) => ({
            uuid: id("file", path, digest ?? ""),
            title: path,
            rlinks: [
              { href: encodeURI(toWellFormed(path)), hashes: [{ algorithm: "SHA-256", value: digest }] },
            ],
          })),
        ],
      },
    },
  };
}

/** OSCAL refuses empty arrays: the key is left out. */
function some(name: string, items: readonly unknown[]): Json {
  return items.length === 0 ? {} : { [name]: items };
}

function objectiveSelections({ controls }: Assessment): Json {
  const assessed = controls.flatMap(({ objectives }) => objectives.filter(({ state }) => isAssessed(state)));
  return some(
    "control-objective-selections",
    assessed.length === 0
      ? []
      : [{ "include-objectives": assessed.map(({ objective }) => ({ "objective-id": objective.id })) }],
  );
}

function isAssessed(state: string): boolean {
  return state === "contrary" || state === "attested";
}

function observationOf(
  { check, result, severity, waiver }: AssessedCheck,
  id: (...parts: readonly string[]) => string,
  collected: string,
  tool: string,
): Json {
  const prop = (name: string, value: string): Json => ({ name, ns: OWN, value });
  return {
    uuid: id("observation", check.id),
    title: check.title,
    description: toWellFormed(result.says),
    props: [
      prop("check", check.id),
      prop("outcome", result.outcome),
      prop("severity", severity),
      ...(waiver === null ? [] : [prop("waived-by", waiver.owner)]),
    ],
    methods: ["TEST"],
    types: ["control-objective"],
    origins: [{ actors: [{ type: "tool", "actor-uuid": tool }] }],
    ...some(
      "relevant-evidence",
      result.evidence.map((item) => ({
        ...(item.digest === null ? {} : { href: `#${id("file", item.path, item.digest)}` }),
        description: toWellFormed(evidenceText(item)),
      })),
    ),
    collected,
  };
}

function evidenceText({ path, line, excerpt, mode, owner, value }: CheckEvidence): string {
  const facts = [mode, owner, value, excerpt === null ? null : JSON.stringify(excerpt)].filter(
    (part) => part,
  );
  return `${path}${line > 0 ? `:${line}` : ""}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
}

/** Contrary objectives are not satisfied; only an attestation makes one satisfied. */
function findingsOf(
  { control, objectives, checks }: AssessedControl,
  id: (...parts: readonly string[]) => string,
): readonly Json[] {
  return objectives.flatMap(({ objective, state, attestation, checks: speaking }) => {
    if (!isAssessed(state)) return [];
    const failed = checks.filter(
      ({ check, result }) => speaking.includes(check.id) && result.outcome === "fail",
    );
    const because =
      state === "contrary"
        ? failed.map(({ result }) => result.says).join("; ")
        : `${attestation?.owner ?? ""} attests: ${attestation?.statement ?? ""}`;
    return [
      {
        uuid: id("finding", objective.id),
        title: `${control.id}: ${objective.states}`,
        description: toWellFormed(because),
        target: {
          type: "objective-id",
          "target-id": objective.id,
          status:
            state === "contrary"
              ? { state: "not-satisfied", reason: "fail" }
              : { state: "satisfied", reason: "other" },
        },
        ...some(
          "related-observations",
          speaking.map((check) => ({ "observation-uuid": id("observation", check) })),
        ),
        ...some(
          "related-risks",
          failed.map(({ check }) => ({ "risk-uuid": id("risk", check.id) })),
        ),
      },
    ];
  });
}

function risksOf(
  { check, result, waiver }: AssessedCheck,
  id: (...parts: readonly string[]) => string,
): readonly Json[] {
  if (result.outcome !== "fail") return [];
  return [
    {
      uuid: id("risk", check.id),
      title: `Not so: ${check.title}`,
      description: toWellFormed(result.says),
      statement: check.why,
      status: waiver === null ? "open" : "deviation-approved",
      "threat-ids": [
        { system: "https://attack.mitre.org", id: "https://attack.mitre.org/techniques/T1053/006/" },
      ],
      ...(waiver === null ? {} : { deadline: `${waiver.until ?? "9999-12-31"}T00:00:00Z` }),
    },
  ];
}

function attestationsOf({ controls }: Assessment): readonly Json[] {
  return controls.flatMap(({ objectives }) =>
    objectives.flatMap(({ objective, attestation }) =>
      attestation === null
        ? []
        : [
            {
              parts: [
                {
                  name: "statement",
                  ns: OWN,
                  title: objective.label,
                  prose: `${attestation.owner}: ${attestation.statement}${attestation.until === null ? "" : ` (until ${attestation.until})`}`,
                },
              ],
            },
          ],
    ),
  );
}

/** JSON must carry Unicode: stray bytes are shown as their code. */
function toWellFormed(text: string): string {
  const shown = text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (lone) => `\\x${(lone.charCodeAt(0) & 0xff).toString(16)}`,
  );
  return shown.trim() === "" ? "(nothing)" : shown;
}

/** RFC 9562, version 5, over parts that cannot run into each other. */
export function uuid5(parts: readonly string[]): string {
  const space = Buffer.from(NAMESPACE.replaceAll("-", ""), "hex");
  const bytes = createHash("sha1").update(space).update(parts.join("\0")).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
