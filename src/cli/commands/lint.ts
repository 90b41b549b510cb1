import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type LooseFile, looseUnits, unitFilePlace } from "../../inventory/loose-units.ts";
import type { AuditReport, GapRow } from "../../report/envelope.ts";
import { exportText } from "../../report/exporter.ts";
import { exporterOf, formatsFor } from "../../report/exporters.ts";
import { lintReport, lintText } from "../../report/lint.ts";
import { visible } from "../../report/visible.ts";
import { SEVERITIES } from "../../rules/rule.ts";
import { NEWEST_SYSTEMD_VERSION } from "../../time/systemd-version.ts";
import { UTC_ONLY } from "../../time/zone.ts";
import { parseCommand } from "../arguments.ts";
import { type Command, RunError, UsageError } from "../command.ts";
import { atLeast, wordOf } from "../levels.ts";
import { momentOf } from "../moment.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { REDACT_OPTIONS, redactor } from "../redact.ts";
import { nothingToExamine, STYLE_OPTIONS, styleOf, TARGET_OPTIONS, versionOf } from "../target.ts";

const MAX_BYTES = 1 << 20;
const MAX_FILES = 10_000;
const MAX_DEPTH = 32;

export const lint: Command = {
  name: "lint",
  summary: "Unit files in a repository: what systemd would refuse, and what rules accuse, without a host",
  usage: "timerwarden lint FILE|DIR… [options]",
  examples: [
    { line: "timerwarden lint packaging/backup.timer packaging/backup.service", does: "two unit files" },
    {
      line: "timerwarden lint debian/ -o sarif=lint.sarif -o github",
      does: "every unit and drop-in below, for code scanning and as annotations",
    },
    { line: "timerwarden lint units/ --systemd 252", does: "as that systemd reads them" },
  ],
  operands: [["FILE"]],
  formats: formatsFor("audit"),
  options: {
    systemd: {
      type: "string",
      value: "VERSION",
      does: `read as this systemd does (default ${NEWEST_SYSTEMD_VERSION.major}, the newest known)`,
    },
    "min-severity": {
      type: "string",
      value: "LEVEL",
      words: SEVERITIES,
      does: "leave out findings below: critical high medium low info",
    },
    "fail-on": {
      type: "string",
      value: "LEVEL",
      words: [...SEVERITIES, "none"],
      does: "exit 10 at this severity or worse (default low: systemd refuses a unit; none: never)",
    },
    now: TARGET_OPTIONS.now,
    ...OUTPUT_OPTIONS,
    ...REDACT_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, formatsFor("audit"));
    const least = wordOf(given, "min-severity", SEVERITIES, "info");
    const failOn = given.text("fail-on") === "none" ? "none" : wordOf(given, "fail-on", SEVERITIES, "low");
    const clock = Date.now() * 1000;
    const nowUsec = momentOf(given, "now", clock, UTC_ONLY) ?? clock;
    const version = versionOf(given) ?? NEWEST_SYSTEMD_VERSION;
    if (given.positionals.length === 0)
      throw new UsageError("lint: name unit files, or folders that hold some");
    const { files, gaps } = readAll(given.positionals);
    const sets = looseUnits(files);
    if (sets.length === 0) {
      const unread = gaps.map(({ path, reason }) => `${visible(path)}: ${reason}`);
      if (unread.length > 0) throw new RunError(`lint: nothing could be read (${unread.join("; ")})`);
      throw nothingToExamine(`no unit files in ${given.positionals.map(visible).join(" ")}`);
    }
    const whole = lintReport(sets, { nowUsec, version, gaps });
    const report: AuditReport = {
      ...whole,
      findings: whole.findings.filter(({ severity }) => atLeast(SEVERITIES, severity, least)),
    };
    const style = styleOf(given, streams, UTC_ONLY);
    const forFormat = redactor(report, given, streams);
    for (const output of outputs) {
      const shown = forFormat(output.format);
      const exporter = exporterOf(output.format);
      const isText = output.format === "table" || exporter === undefined;
      writeOutput(output, isText ? lintText(shown) : (exportText(exporter, shown, style) ?? ""), streams);
    }
    if (report.findings.some(({ severity }) => atLeast(SEVERITIES, severity, failOn))) return 10;
    return gaps.length > 0 ? 1 : 0;
  },
};

interface Files {
  readonly files: LooseFile[];
  readonly gaps: GapRow[];
}

/** Files by name must be units; folders are searched for some. */
function readAll(paths: readonly string[]): Files {
  const found: Files = { files: [], gaps: [] };
  for (const path of paths) {
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) throw new UsageError(`lint: ${visible(path)} does not exist`);
    if (facts.isDirectory()) readFolder(path, 0, found);
    else if (unitFilePlace(path) === null)
      throw new UsageError(
        `lint: ${visible(path)} is no unit file: its name must be one systemd takes, such as backup.timer, or a .conf in backup.timer.d`,
      );
    else readOne(path, found);
  }
  return found;
}

function readFolder(folder: string, depth: number, found: Files): void {
  for (const name of namesIn(folder, depth, found)) {
    const path = join(folder, name);
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts?.isDirectory() && name !== ".git" && name !== "node_modules")
      readFolder(path, depth + 1, found);
    else if (facts?.isFile() && unitFilePlace(path) !== null) readOne(path, found);
  }
}

function namesIn(folder: string, depth: number, found: Files): readonly string[] {
  const hides = "the units below it";
  try {
    if (depth <= MAX_DEPTH) return readdirSync(folder).sort((a, b) => (a < b ? -1 : 1));
    gapAt(folder, `more than ${MAX_DEPTH} folders deep`, hides, found);
  } catch (error) {
    gapAt(folder, codeOf(error), hides, found);
  }
  return [];
}

function readOne(path: string, found: Files): void {
  const gap = (reason: string): void => gapAt(path, reason, "what is wrong in it", found);
  try {
    const facts = statSync(path);
    if (!facts.isFile()) gap("not a regular file");
    else if (facts.size > MAX_BYTES) gap("larger than 1 MiB");
    else if (found.files.length >= MAX_FILES) gap(`more than ${MAX_FILES} files`);
    else found.files.push({ path, bytes: readFileSync(path) });
  } catch (error) {
    gap(codeOf(error));
  }
}

function gapAt(path: string, reason: string, hides: string, { gaps }: Files): void {
  gaps.push({ path, reason, hides });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
