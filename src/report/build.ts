/** From an inventory, and findings where it was judged, to the report that every exporter and page reads. */

import { isArchive } from "../hosts/archive.ts";
import { withoutExtensions } from "../hosts/extended.ts";
import type { Host } from "../hosts/host.ts";
import type { Activation } from "../inventory/activation.ts";
import { execOf, type Inventory } from "../inventory/inventory.ts";
import { type NextElapse, NO_ELAPSE } from "../inventory/next-elapse.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import type { Finding, Judgement } from "../rules/judge.ts";
import { VERIS_ACTION } from "../rules/rule.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";
import { describeCalendar } from "../time/calendar-words.ts";
import { formatSystemdVersion } from "../time/systemd-version.ts";
import { formatTimespan } from "../time/timespan-format.ts";
import { formatRfc3339 } from "../time/timestamp-format.ts";
import { USEC_INFINITY } from "../time/usec.ts";
import { value } from "../units/unit.ts";
import { VERSION } from "../version.ts";
import {
  type AuditReport,
  type FindingRow,
  type ListReport,
  type NextRow,
  type Place,
  REPORT_VERSION,
  type TimerRow,
} from "./envelope.ts";

type Envelope = Omit<ListReport, "schema" | "timers" | "jobs">;

export function listReport(inventory: Inventory): ListReport {
  const timers: TimerRow[] = [];
  const dropIns = new Set<string>();
  for (const record of inventory.eachTimer()) {
    timers.push(timerRow(record));
    for (const path of dropInsOf(record)) dropIns.add(path);
  }
  const envelope = envelopeOf(inventory, { timers: timers.length, dropIns: dropIns.size, programs: 0 });
  const jobs = inventory.jobs.map((job) => jobRow(job, inventory));
  return { schema: "timerwarden/list", ...envelope, timers, jobs };
}

function dropInsOf({ loaded, target }: TimerRecord): readonly string[] {
  return [...loaded.dropIns, ...(target?.dropIns ?? [])].map(({ path }) => path);
}

export function auditReport(inventory: Inventory, judgement: Judgement): AuditReport {
  const programs = new Set(
    inventory
      .activations()
      .flatMap(({ closure }) => closure.files.filter(({ role }) => role === "program" || role === "script"))
      .map(({ path }) => path),
  );
  const rows = inventory.activations().map((activation) => activationRow(activation, inventory, judgement));
  const verdicts = { alert: 0, suspect: 0, review: 0, unknown: 0, ok: 0 };
  for (const { verdict } of judgement.verdicts.values()) verdicts[verdict]++;
  return {
    schema: "timerwarden/audit",
    ...envelopeOf(inventory, {
      timers: inventory.timers.length,
      dropIns: new Set(inventory.timers.flatMap(dropInsOf)).size,
      programs: programs.size,
    }),
    timers: rows.filter(({ kind }) => kind === "timer"),
    jobs: rows.filter(({ kind }) => kind !== "timer"),
    findings: judgement.findings.map((finding) => findingRow(finding, inventory.host)),
    summary: { verdicts, accepted: judgement.findings.filter(({ accepted }) => accepted !== null).length },
  };
}

type Counts = Pick<ListReport["coverage"], "timers" | "dropIns" | "programs">;

function envelopeOf(inventory: Inventory, counts: Counts): Envelope {
  const { host, facts, nowUsec, zones, bootUsec, managers, jobs } = inventory;
  const unitFiles = new Set<string>();
  for (const { nameMap } of managers)
    for (const entries of nameMap.values()) for (const { path } of entries) unitFiles.add(path);
  return {
    version: REPORT_VERSION,
    tool: { name: "timerwarden", version: VERSION },
    target: {
      name: host.target,
      live: host.live,
      host: facts.hostName,
      system: facts.osRelease?.get("PRETTY_NAME") ?? null,
      machineId: facts.machineId,
    },
    clock: {
      now: formatRfc3339(nowUsec),
      zone: zones.local.name,
      systemd: formatSystemdVersion(inventory.version),
      systemdEvidence: inventory.versionEvidence,
      boot: bootUsec === null ? null : formatRfc3339(bootUsec),
    },
    coverage: {
      ...counts,
      jobs: jobs.length,
      unitFiles: unitFiles.size,
      users: managers.filter(({ scope }) => scope.kind === "user").length,
      packages: [...inventory.packages.kinds],
      gaps: inventory.gaps().map(({ path, reason, hides }) => ({ path, reason, hides })),
      notes: [...inventory.notes],
    },
  };
}

function activationRow(activation: Activation, inventory: Inventory, judgement: Judgement): TimerRow {
  const row = activation.kind === "timer" ? timerRow(activation.record) : jobRow(activation.job, inventory);
  const judged = judgement.verdicts.get(activation.id);
  const fragment = activation.closure.files.find(
    ({ role, path }) => role === "fragment" && path === row.path,
  );
  const owner = fragment?.provenance?.owner ?? null;
  return {
    ...row,
    commands: activation.closure.commands
      .filter(({ exec }) => exec.argv.length > 0)
      .map(({ unit, exec }) => commandRow(unit, exec)),
    package: owner === null ? null : `${owner.package} ${owner.version}`,
    verdict: judged?.verdict ?? null,
    findings: judged?.findings.map(({ id }) => id) ?? [],
  };
}

export function timerRow(record: TimerRecord): TimerRow {
  const { timer, loaded, target, commands } = record;
  const first = commands.find(({ key }) => key === "ExecStart") ?? commands[0];
  return {
    id: record.id,
    kind: "timer",
    unit: record.unit,
    scope: record.scope,
    names: [...loaded.names],
    state: record.state,
    preset: record.preset,
    load: record.load,
    problems: record.problems.map(({ says, span }) => ({
      says,
      source: span === null ? null : placeOf(span),
    })),
    path: loaded.path,
    dropIns: loaded.dropIns.map(({ path }) => path),
    description: value(loaded.unit, "Unit", "Description")?.value ?? null,
    activates: record.activates,
    command: first === undefined ? null : commandText(first),
    commands: commands.map((exec) => commandRow(target?.primaryId ?? "", exec)),
    runsAs: record.runsAs,
    started: {
      atBoot: record.started.atBoot,
      by: record.started.chain.map(({ unit, how, span }) => ({
        unit,
        how,
        source: span === null ? null : placeOf(span),
      })),
    },
    schedule: (timer?.values ?? []).map((entry) => ({
      directive: entry.directive,
      text: entry.text,
      normalized: entry.directive === "OnCalendar" ? entry.normalized : formatTimespan(entry.usec),
      words: entry.directive === "OnCalendar" ? describeCalendar(entry.calendar).words : null,
      usec: entry.directive === "OnCalendar" ? null : usecOf(entry.usec),
      source: placeOf(entry.span),
    })),
    accuracyUsec: timer === null ? null : usecOf(timer.accuracyUsec),
    randomizedDelayUsec: timer === null ? null : usecOf(timer.randomizedDelayUsec),
    persistent: timer?.persistent ?? false,
    next: nextRow(record.next),
    last:
      record.last === null ? null : { time: formatRfc3339(record.last.usec), evidence: record.last.evidence },
    package: null,
    verdict: null,
    findings: [],
  };
}

function nextRow({ earliestUsec, latestUsec, reason, relative, overdue }: NextElapse): NextRow {
  return {
    earliest: earliestUsec === null ? null : formatRfc3339(earliestUsec),
    latest: latestUsec === null || !Number.isFinite(latestUsec) ? null : formatRfc3339(latestUsec),
    reason,
    detail: reason === null ? null : NO_ELAPSE[reason],
    relative: [...relative],
    overdue,
  };
}

function jobRow(job: Inventory["jobs"][number], inventory: Inventory): TimerRow {
  const next = job.enabledReason === null ? job.nextAfter(inventory.nowUsec, inventory.zones.local) : null;
  return {
    id: `system/${job.id}`,
    kind: job.kind,
    unit: job.id,
    scope: "system",
    names: [job.id],
    state: job.enabledReason === null ? "enabled" : "inert",
    preset: null,
    load: "loaded",
    problems: job.enabledReason === null ? [] : [{ says: job.enabledReason, source: placeOf(job.span) }],
    path: job.span.path,
    dropIns: [],
    description: null,
    activates: null,
    command: job.command,
    commands: [commandRow(job.id, execOf(job))],
    runsAs: job.user,
    started: { atBoot: job.enabledReason === null, by: [] },
    schedule: [
      {
        directive: job.kind,
        text: job.scheduleText,
        normalized: null,
        words: null,
        usec: null,
        source: placeOf(job.span),
      },
    ],
    accuracyUsec: null,
    randomizedDelayUsec: null,
    persistent: false,
    next: {
      earliest: next === null ? null : formatRfc3339(next),
      latest: next === null ? null : formatRfc3339(next),
      reason: next === null ? (job.enabledReason === null ? "never" : "not-started") : null,
      detail: next === null ? (job.enabledReason ?? NO_ELAPSE.never) : null,
      relative: [],
      overdue: false,
    },
    last:
      job.lastRun === null
        ? null
        : { time: `${job.lastRun.day}T00:00:00Z`, evidence: `anacron stamp ${job.lastRun.span.path}` },
    package: null,
    verdict: null,
    findings: [],
  };
}

function findingRow(finding: Finding, host: Host): FindingRow {
  const { rule, accusation, id, severity, confidence, unit, scope, accepted } = finding;
  return {
    id,
    rule: rule.id,
    severity,
    confidence,
    unit,
    scope,
    title: rule.title,
    says: accusation.says,
    evidence: accusation.evidence.map(({ span, excerpt, says }) => ({
      ...placeOf(span),
      length: span.length,
      excerpt,
      says,
      ...layerOf(host, span.path),
    })),
    techniques: [...rule.techniques],
    controls: [...rule.controls],
    veris: [VERIS_ACTION],
    clears: rule.clears,
    accepted,
  };
}

/** Images have layers; who looks for the culprit wants to know which. */
function layerOf(host: Host, path: string): { readonly layer?: string } {
  const given = withoutExtensions(host);
  const layer = isArchive(given) && path.startsWith("/") ? given.layerOf(path) : null;
  return layer === null ? {} : { layer };
}

function commandRow(
  unit: string,
  { key, path, argv, flags, span }: ExecCommand,
): TimerRow["commands"][number] {
  return { unit, key, path, argv: [...argv], flags: [...flags], source: placeOf(span) };
}

/** A command as one line that a shell would take for the same words. */
export function commandText({ path, argv }: Pick<ExecCommand, "path" | "argv">): string {
  return [path, ...argv.slice(1)]
    .map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

function placeOf({ path, line, column }: Span): Place {
  return { path, line, column };
}

function usecOf(usec: bigint): number | "infinity" {
  return usec >= USEC_INFINITY ? "infinity" : Number(usec);
}
