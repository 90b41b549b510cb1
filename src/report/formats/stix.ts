import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import {
  type CitedTechnique,
  type Confidence,
  citedTechnique,
  findingText,
  hostName,
  isOpen,
  timerOf,
  timersById,
} from "../finding-facts.ts";
import { foreignJson } from "../json-text.ts";
import { objectId, observableId } from "../observed-ids.ts";
import { splitPath } from "../path-uri.ts";
import { visible } from "../visible.ts";

/**
 * STIX 2.1: for each open finding what was seen (`observed-data` with files, directories, the account), a `sighting`
 * of each ATT&CK technique it speaks for, with the reason; and a `report` of the whole audit. Techniques are cited by ATT&CK's own ids.
 */
export const stix: Exporter = {
  name: "stix",
  takes: "audit",
  mediaType: "application/stix+json;version=2.1",
  extension: ".json",
  summary: "STIX 2.1 bundle: observed data and sightings of ATT&CK techniques",
  *write(report) {
    yield `${foreignJson(bundle(report), 2)}\n`;
  },
};

type StixObject = Readonly<Record<string, unknown>> & { readonly id: string };

/** The scale of STIX 2.1, appendix A: low, medium, high. */
const CONFIDENCE: Readonly<Record<Confidence, number>> = { low: 15, medium: 50, high: 85 };

/** Identities are the same object in every report, so they may not carry the report's time. */
const IDENTITY_TIME = "2026-11-23T00:00:00.000Z";

const TOOL = objectId("identity", "timerwarden");

interface Common {
  readonly spec_version: "2.1";
  readonly created: string;
  readonly modified: string;
  readonly created_by_ref: string;
}

function bundle(report: AuditReport): unknown {
  const objects = new Map<string, StixObject>();
  const add = (object: StixObject): string => {
    if (!objects.has(object.id)) objects.set(object.id, object);
    return object.id;
  };
  const now = stixTime(report.clock.now);
  const common: Common = { spec_version: "2.1", created: now, modified: now, created_by_ref: TOOL };
  add(identity(TOOL, "Timerwarden"));
  const host = add(identity(hostId(report), visible(hostName(report))));
  const timers = timersById(report);
  for (const finding of report.findings.filter(isOpen))
    addFinding(finding, timerOf(finding, timers), host, common, add);
  add(summary(report, host, common, [...objects.keys()]));
  return {
    type: "bundle",
    id: objectId("bundle", host, now, report.target.name),
    objects: [...objects.values()],
  };
}

function summary(
  { target, summary: { verdicts }, coverage }: AuditReport,
  host: string,
  common: Common,
  object_refs: readonly string[],
): StixObject {
  const { alert, suspect, review, unknown, ok } = verdicts;
  const counts = `${alert} alert, ${suspect} suspect, ${review} review, ${unknown} unknown, ${ok} ok`;
  return {
    type: "report",
    id: objectId("report", host, target.name, common.created),
    ...common,
    name: `Timerwarden audit of ${visible(target.host ?? target.name)}`,
    description: `${counts}; ${coverage.gaps.length} things could not be read`,
    report_types: ["observed-data"],
    published: common.created,
    object_refs,
  };
}

function hostId({ target }: AuditReport): string {
  return objectId("identity", "host", target.machineId ?? "", target.host ?? target.name);
}

function identity(id: string, name: string): StixObject {
  const times = { created: IDENTITY_TIME, modified: IDENTITY_TIME };
  return { type: "identity", spec_version: "2.1", id, ...times, name, identity_class: "system" };
}

/** STIX takes milliseconds. */
function stixTime(rfc3339: string): string {
  return new Date(Date.parse(rfc3339)).toISOString();
}

function addFinding(
  finding: FindingRow,
  timer: TimerRow | undefined,
  host: string,
  common: Common,
  add: (object: StixObject) => string,
): void {
  const words = [host, finding.scope, finding.unit, finding.rule, finding.id, common.created];
  const seen = [
    ...finding.evidence.flatMap(({ path }) => fileObjects(path)),
    ...(timer?.path ? fileObjects(timer.path) : []),
    ...(timer ? [account(timer.runsAs)] : []),
  ];
  const observed = add({
    type: "observed-data",
    id: objectId("observed-data", ...words),
    ...common,
    first_observed: common.created,
    last_observed: common.created,
    number_observed: 1,
    object_refs: [...new Set(seen.map(add))],
  });
  for (const { id, ref } of sightedPatterns(finding, common, add))
    add({
      type: "sighting",
      id: objectId("sighting", ...words, id),
      ...common,
      confidence: CONFIDENCE[finding.confidence],
      labels: [`severity:${finding.severity}`, `rule:${visible(finding.rule)}`],
      external_references: [{ source_name: "timerwarden", external_id: finding.id }],
      description: `${findingText(finding)}\nWould be cleared: ${visible(finding.clears)}`,
      first_seen: common.created,
      last_seen: common.created,
      count: 1,
      sighting_of_ref: ref,
      observed_data_refs: [observed],
      where_sighted_refs: [host],
    });
}

/**
 * What a finding is a sighting of: ATT&CK's own objects by id; a stand-in for a technique that does not ship inside; for
 * a rule that cites none, what it accuses of.
 */
function sightedPatterns(
  { techniques, rule, title }: FindingRow,
  common: Common,
  add: (object: StixObject) => string,
): readonly { readonly id: string; readonly ref: string }[] {
  const pattern = (id: string, name: string, references: readonly unknown[]) => ({
    type: "attack-pattern",
    id: objectId("attack-pattern", id),
    ...common,
    created: IDENTITY_TIME,
    modified: IDENTITY_TIME,
    name: visible(name),
    external_references: references,
  });
  if (techniques.length === 0) {
    const own = pattern(rule, title, [{ source_name: "timerwarden", external_id: visible(rule) }]);
    return [{ id: rule, ref: add(own) }];
  }
  return techniques.map(citedTechnique).map((technique) => ({
    id: technique.id,
    ref: technique.stixId ?? add(pattern(technique.id, technique.name, [attackReference(technique)])),
  }));
}

function attackReference({ id, url }: CitedTechnique): unknown {
  return { source_name: "mitre-attack", external_id: visible(id), url };
}

function fileObjects(path: string): readonly StixObject[] {
  const { name, directory } = splitPath(visible(path));
  const parent = observableId("directory", { path: directory });
  return [
    { type: "directory", spec_version: "2.1", id: parent, path: directory },
    {
      type: "file",
      spec_version: "2.1",
      id: observableId("file", { name, parent_directory_ref: parent }),
      name,
      parent_directory_ref: parent,
    },
  ];
}

function account(login: string): StixObject {
  const account_login = visible(login);
  const id = observableId("user-account", { account_login, account_type: "unix" });
  const privileged = login === "root" ? { is_privileged: true } : {};
  return {
    type: "user-account",
    spec_version: "2.1",
    id,
    account_type: "unix",
    account_login,
    ...privileged,
  };
}
