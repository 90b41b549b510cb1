/**
 * VERIS incidents (schema 1.4.1) of what the rules found: one for each cluster of findings that lead to the same
 * activation, never one for each finding, and never confirmed: that is for people to say.
 */
import { grouped } from "../grouped.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Finding, Judgement } from "../rules/judge.ts";
import { uuid5 } from "./oscal.ts";

type Json = Readonly<Record<string, unknown>>;

/** Signals that may be an incident; weaknesses and context alone are none. */
const ACCUSING: ReadonlySet<string> = new Set(["hostile", "suspicious", "odd"]);
const MAX_IOC = 50;

/** `host` is what tells the host apart in ids. */
export function verisIncidents(inventory: Inventory, judgement: Judgement, host: string): readonly Json[] {
  return [...grouped(judgement.findings, ({ scope, unit }) => `${scope}/${unit}`)]
    .filter(([, findings]) => findings.some(isAccusing))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, findings]) => incident(inventory, key, findings, host));
}

function isAccusing({ signal, accepted }: Finding): boolean {
  return ACCUSING.has(signal) && accepted === null;
}

function incident(inventory: Inventory, key: string, findings: readonly Finding[], host: string): Json {
  const accusing = findings.filter(isAccusing);
  const activation = inventory.activations().find(({ id }) => id === key);
  const files = activation?.closure.files ?? [];
  const starts =
    activation?.kind === "job" || (activation?.kind === "timer" && activation.record.started.atBoot);
  const payload = accusing.some(({ rule }) => rule.family === "execution" || rule.family === "placement");
  const began = earliest(
    files.flatMap(({ facts, role }) =>
      role === "fragment" && facts ? [facts.birthNs ?? facts.ctimeNs] : [],
    ),
  );
  const from = new Date(began === null ? inventory.nowUsec / 1000 : Number(began / 1_000_000n));
  const days = Math.max(0, Math.floor((inventory.nowUsec / 1000 - from.getTime()) / 86_400_000));
  const worst = accusing[0];
  const paths = [
    ...new Set(accusing.flatMap(({ accusation }) => accusation.evidence.map(({ span }) => span.path))),
  ];
  return {
    incident_id: uuid5([host, "veris", key]),
    schema_version: "1.4.1",
    schema_name: "verisc",
    source_id: "timerwarden",
    security_incident: starts ? "Suspected" : "Near miss",
    confidence: worst?.confidence === "high" ? "Medium" : "Low",
    summary: plain(`${key}: ${accusing.map(({ accusation }) => accusation.says).join("; ")}`).slice(0, 2000),
    timeline: {
      incident: { year: from.getUTCFullYear(), month: from.getUTCMonth() + 1, day: from.getUTCDate() },
      ...(began === null ? {} : { discovery: { unit: "Days", value: days } }),
    },
    actor: { unknown: { notes: "Timerwarden does not attribute." } },
    action: {
      hacking: {
        variety: ["Abuse of functionality"],
        vector: ["Unknown"],
        result: ["Persist"],
        notes: plain(`T1053.006: ${key}. The date is that of the unit file, which can be forged.`),
      },
      ...(payload
        ? { malware: { variety: ["Unknown"], vector: ["Direct install"], result: ["Persist"] } }
        : {}),
    },
    asset: { assets: [{ variety: "S - Other", amount: 1 }], cloud: ["Unknown"] },
    attribute: {
      integrity: { variety: ["Modify configuration", ...(payload ? ["Software installation"] : [])] },
    },
    discovery_method: { internal: { variety: ["It review"] } },
    ...(payload ? { value_chain: { development: { variety: ["Unknown"] } } } : {}),
    ...(paths.length > 0
      ? { ioc: paths.slice(0, MAX_IOC).map((path) => ({ indicator: plain(path), comment: "file" })) }
      : {}),
    plus: {
      attack_technique: "T1053.006",
      timerwarden: { findings: findings.map(({ id }) => id), unit: plain(key) },
    },
  };
}

function earliest(times: readonly (bigint | null)[]): bigint | null {
  let first: bigint | null = null;
  for (const time of times) if (time !== null && (first === null || time < first)) first = time;
  return first;
}

/** Stray bytes as their code: JSON carries Unicode only. */
function plain(text: string): string {
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (lone) => `\\x${(lone.charCodeAt(0) & 0xff).toString(16)}`,
  );
}
