/** One activation told in full: when, what, why it is judged so, and what would clear it. */
import { grouped } from "../grouped.ts";
import type { Activation } from "../inventory/activation.ts";
import type { ClosureFile, Edge, EdgeKind } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import type { Finding, Judged } from "../rules/judge.ts";
import { formatTimespan } from "../time/timespan-format.ts";
import { formatTimestamp } from "../time/timestamp-format.ts";
import type { HistoryEntry } from "../units/unit.ts";
import { verdictText } from "./audit-text.ts";
import { commandText, timerRow } from "./build.ts";
import { nextText, type TextStyle, unitText } from "./list-text.ts";
import { visible } from "./visible.ts";

export function* explainText(
  activation: Activation,
  judged: Judged,
  inventory: Inventory,
  style: TextStyle,
): Generator<string> {
  yield `${visible(unitText(activation))}  ${verdictText(judged.verdict, style)}\n`;
  if (activation.kind === "timer") {
    yield* origin(activation.record, activation.closure.files);
    yield* when(activation.record, inventory, style);
  } else {
    const { job } = activation;
    yield `  ${visible(place(job.span))}  ${job.kind}, ${visible(job.scheduleText)}\n`;
    if (job.enabledReason !== null) yield `  does not run: ${visible(job.enabledReason)}\n`;
    const next = job.enabledReason === null ? job.nextAfter(inventory.nowUsec, inventory.zones.local) : null;
    if (next !== null) yield `\nWhen\n  next    ${formatTimestamp(next, style.zone)}\n`;
  }
  yield* what(activation, style);
  yield* why(judged);
}

function* origin(
  { loaded, state, preset, started, load, problems }: TimerRecord,
  files: readonly ClosureFile[],
): Generator<string> {
  const fragment = files.find(({ role, path }) => role === "fragment" && path === loaded.path);
  if (loaded.path !== null) yield `  ${visible(loaded.path)}  ${factsText(fragment)}\n`;
  for (const { path, target, kind } of loaded.via)
    yield `  ${kind}: ${visible(path)} -> ${visible(target)}\n`;
  for (const { path } of loaded.overrides) yield `  shadows ${visible(path)}\n`;
  const names = loaded.names.slice(1);
  if (names.length > 0) yield `  also called ${visible(names.join(", "))}\n`;
  yield `  ${load === "loaded" ? state : `${load} (${state})`}${preset === null ? "" : `, preset ${preset}`}; `;
  yield started.atBoot
    ? `started at boot: ${started.chain.map(({ unit, how }) => (unit === how ? unit : `${visible(unit)} ${how}`)).join(" → ")}\n`
    : "nothing starts it at boot\n";
  const last = started.chain.at(-1);
  if (last?.span) yield `  by ${visible(place(last.span))}\n`;
  for (const { says, span } of problems)
    yield `  ! ${visible(says)}${span === null ? "" : `  (${visible(place(span))})`}\n`;
}

function* when(record: TimerRecord, inventory: Inventory, style: TextStyle): Generator<string> {
  const { timer, next, last } = record;
  const row = timerRow(record);
  yield "\nWhen\n";
  for (const { directive, text, normalized, words, source } of row.schedule) {
    const meaning = words ?? (normalized === text ? "" : normalized);
    yield `  ${directive}=${visible(text)}${meaning ? `      ${visible(meaning)}` : ""}  ${visible(`${source.path}:${source.line}`)}\n`;
  }
  if (timer !== null) {
    const windows = [
      `AccuracySec=${formatTimespan(timer.accuracyUsec)}`,
      ...(timer.randomizedDelayUsec > 0n
        ? [
            `RandomizedDelaySec=${formatTimespan(timer.randomizedDelayUsec)}${timer.fixedRandomDelay ? " (fixed)" : ""}`,
          ]
        : []),
      ...(timer.persistent ? ["Persistent=yes: a missed run is caught up"] : []),
      ...(timer.wakeSystem ? ["WakeSystem=yes: wakes the machine"] : []),
    ];
    yield `  ${windows.join("  ")}\n`;
  }
  const text = nextText(row, inventory.nowUsec, style.zone);
  yield `  next    ${visible(text)}${row.next.detail === null ? "" : `: ${row.next.detail}`}${next.overdue ? "; a slot was missed, so it runs as soon as it is started" : ""}\n`;
  for (const moment of next.relative) yield `  and     ${moment}\n`;
  yield last === null
    ? "  last    not known from files\n"
    : `  last    ${formatTimestamp(last.usec, style.zone)} (${visible(last.evidence)}${last.kind === "fired" ? "" : "; not set by a run: it has nanoseconds"})\n`;
}

function* what({ closure }: Activation, style: TextStyle): Generator<string> {
  yield "\nWhat\n";
  for (const { name, how, loaded } of closure.units) {
    if (how.length === 0) continue;
    yield `  ${"  ".repeat(how.length - 1)}${visible(name)}  ${chainText(how)}${loaded.state === "loaded" ? "" : `  ${loaded.state}`}\n`;
    for (const command of closure.commands.filter(({ unit }) => unit === loaded.primaryId)) {
      if (command.exec.argv.length === 0) continue;
      const { exec, runsAs } = command;
      yield `    ${exec.key}=${visible(commandText(exec))}  as ${visible(runsAs)}  ${visible(place(exec.span))}\n`;
    }
    yield* layers(loaded.unit.history);
  }
  const programs = closure.files.filter(
    ({ role }) => role !== "fragment" && role !== "drop-in" && role !== "link",
  );
  for (const file of programs.filter((file) => !isAsShipped(file)))
    yield `  ${file.role}  ${visible(file.path)}  ${factsText(file)}\n`;
  yield* asShipped(programs.filter(isAsShipped), style);
  if (closure.commands.length === 0) yield "  nothing\n";
  for (const { path, reason, hides } of closure.gaps.slice(0, 10))
    yield `  not followed: ${visible(path)}: ${visible(reason)} (hides ${visible(hides)})\n`;
}

/** A package ships it so, and only root may change it: all that need be said of it is whose it is. */
function isAsShipped({ facts, provenance, writers }: ClosureFile): boolean {
  return (
    facts !== null &&
    provenance?.content === "matches" &&
    provenance.owner !== null &&
    writers.principals.length === 0
  );
}

/** By package, since what one follows of a packaged script is dozens of everyday programs. */
function* asShipped(files: readonly ClosureFile[], { columns = 120 }: TextStyle): Generator<string> {
  const packages = grouped(
    files,
    ({ provenance }) => `${provenance?.owner?.package} ${provenance?.owner?.version}`,
  );
  if (packages.size > 0) yield "  unchanged from packages\n";
  for (const [owner, shipped] of packages) {
    let line = `    ${visible(owner)}:`;
    for (const path of new Set(shipped.map((file) => visible(file.path)))) {
      if (line.length + 1 + path.length > columns) {
        yield `${line}\n`;
        line = "     ";
      }
      line += ` ${path}`;
    }
    yield `${line}\n`;
  }
}

/** Settings that a drop-in cleared or replaced: what the vendor's file says is not what counts. */
function* layers(history: readonly HistoryEntry[]): Generator<string> {
  for (const { setting, fate, by } of history) {
    if (fate !== "cleared" && fate !== "overridden") continue;
    if (by === null || by.span.path === setting.span.path) continue;
    yield `    ${setting.key}=${visible(setting.value)} of ${visible(place(setting.span))} is ${fate} by ${visible(place(by.span))}\n`;
  }
}

function* why({ verdict, findings }: Judged): Generator<string> {
  yield `\nWhy ${verdict}\n`;
  if (findings.length === 0) yield "  nothing was found against it\n";
  for (const finding of findings) yield* findingLines(finding);
  const techniques = sorted(findings.flatMap(({ rule }) => rule.techniques));
  const controls = sorted(findings.flatMap(({ rule }) => rule.controls));
  if (techniques.length > 0)
    yield `\nMaps to  ATT&CK ${techniques.join(", ")}   NIST SP 800-53 ${controls.join(", ")}\n`;
}

function* findingLines({
  id,
  rule,
  severity,
  confidence,
  signal,
  accusation,
  accepted,
}: Finding): Generator<string> {
  yield `  ${severity}/${confidence}  ${rule.id}  ${signal}  ${id}${accepted === null ? "" : `  accepted: ${visible(accepted.reason)}`}\n`;
  yield `      ${visible(accusation.says)}\n`;
  for (const { span, excerpt } of accusation.evidence)
    yield `      ${visible(place(span))}${excerpt === null ? "" : `  ${visible(excerpt.trim())}`}\n`;
  yield `      would be cleared: ${visible(rule.clears)}\n`;
}

/** The last step to a unit, seen from it. */
const LED_BY: Readonly<Record<EdgeKind, string>> = {
  triggers: "triggered by",
  requires: "required by",
  wants: "wanted by",
  "binds-to": "bound to by",
  upholds: "upheld by",
  "on-failure": "on failure of",
  "on-success": "on success of",
  starts: "started by",
};

function chainText(how: readonly Edge[]): string {
  const last = how.at(-1);
  if (last === undefined) return "";
  return `${LED_BY[last.kind]} ${visible(last.from)}${last.span === null ? "" : ` (${visible(place(last.span))})`}`;
}

/** `root:root 0644  apt 2.6.1, as shipped`. */
function factsText(file: ClosureFile | undefined): string {
  if (file === undefined) return "";
  if (file.facts === null) return "does not exist";
  const { uid, gid, mode, size } = file.facts;
  const owner = file.provenance?.owner;
  const from =
    file.provenance === null
      ? "package unknown"
      : owner
        ? `${owner.package} ${owner.version}, ${file.provenance.content}`
        : "no package owns it";
  const real = file.realPath !== null && file.realPath !== file.path ? `-> ${visible(file.realPath)}  ` : "";
  return `${real}${uid}:${gid} ${mode.toString(8).padStart(4, "0")}  ${size} bytes  ${visible(from)}`;
}

function place({
  path,
  line,
  column,
}: {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}): string {
  return line > 0 ? `${path}:${line}:${column}` : path;
}

function sorted(words: readonly string[]): readonly string[] {
  return [...new Set(words)].sort((a, b) => (a < b ? -1 : 1));
}
