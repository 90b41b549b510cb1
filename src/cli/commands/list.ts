import { matchesGlob } from "../../manager/glob.ts";
import { nearest } from "../../nearest.ts";
import { listReport } from "../../report/build.ts";
import { withCase } from "../../report/case-facts.ts";
import type { ListReport, TimerRow } from "../../report/envelope.ts";
import { exporterOf, formatsFor } from "../../report/exporters.ts";
import { LIST_COLUMNS, type ListLook } from "../../report/list-text.ts";
import { isQuiet } from "../../report/quiet-timers.ts";
import { rowsOf } from "../../report/rows.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { CASE_OPTIONS, caseOf, caseOfRecording } from "../case.ts";
import { type Command, UsageError } from "../command.ts";
import { applyFilters, FILTER_OPTIONS, filtersOf } from "../filter.ts";
import { inspect } from "../inspect.ts";
import { OUTPUT_OPTIONS, type Output, outputsOf, writeOutput } from "../output.ts";
import { REDACT_OPTIONS, redactor } from "../redact.ts";
import {
  isTarget,
  nothingToExamine,
  openOne,
  requireComplete,
  STYLE_OPTIONS,
  styleOf,
  TARGET_OPTIONS,
} from "../target.ts";

export const list: Command = {
  name: "list",
  aliases: ["ls"],
  summary: "Timers and jobs: when next, what they run, as whom",
  usage: "timerwarden list [PATTERN…] [TARGET] [options]",
  examples: [
    { line: "timerwarden list", does: "what this host runs by itself" },
    { line: "timerwarden list 'apt*' --all", does: "units by name, those that are not started too" },
    {
      line: "timerwarden list --filter 'user:root next:<1h exec:/usr/local'",
      does: "what runs within the hour as root from there",
    },
    {
      line: "timerwarden list --columns unit,next,runs --sort unit --no-legend",
      does: "a table for a script's eyes",
    },
    { line: "timerwarden list -o json root:/mnt/evidence", does: "mounted evidence, for programs" },
  ],
  operands: [["TIMER", "TARGET"]],
  formats: formatsFor("report"),
  options: {
    all: { type: "boolean", short: "a", does: "also disabled, masked, aliases, templates without instance" },
    ...FILTER_OPTIONS,
    columns: {
      type: "string",
      value: "A,B",
      does: `in tables, these columns: ${LIST_COLUMNS.join(" ")}`,
      group: "rows",
    },
    sort: {
      type: "string",
      value: "COLUMN",
      words: LIST_COLUMNS,
      does: "in tables, by this column (default next); --sort=-COLUMN the other way round",
      group: "rows",
    },
    "no-legend": { type: "boolean", does: "in tables, no titles and no counts", group: "rows" },
    full: { type: "boolean", short: "l", does: "in tables, cut nothing", group: "rows" },
    ...CASE_OPTIONS,
    ...OUTPUT_OPTIONS,
    ...REDACT_OPTIONS,
    ...TARGET_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, formatsFor("report"));
    const filters = filtersOf(given, false);
    const matter = caseOf(given);
    const look = lookOf(given, outputs);
    const targets = given.positionals.filter(isTarget);
    const patterns = given.positionals.filter((text) => !isTarget(text)).map(globPattern);
    const opened = await openOne(targets, given, streams);
    const full = withCase(await inspect(opened, listReport), matter ?? caseOfRecording(opened.host));
    const isWanted = (row: TimerRow) => patterns.length === 0 || patterns.some((test) => test(row));
    const named = narrowed(full, isWanted);
    if (patterns.length > 0 && rowsOf(named).length === 0)
      throw nothingToExamine(`no timer or job matches ${given.positionals.join(" ")}`);
    const report = applyFilters(named, filters, given, streams);
    const forFormat = redactor(report, given, streams);
    for (const output of outputs) {
      const isTable = output.format === "table" || output.format === "wide";
      const leavesOut = isTable && !given.flag("all") && patterns.length === 0 && filters.length === 0;
      const hidden = leavesOut ? rowsOf(report).filter(isQuiet).length : 0;
      const clean = forFormat(output.format);
      const shown = hidden > 0 ? narrowed(clean, (row) => !isQuiet(row)) : clean;
      const style = {
        ...styleOf(given, streams, opened.zones),
        list: look,
        ...(given.flag("full") ? { columns: undefined } : {}),
      };
      const exporter = exporterOf(output.format);
      if (exporter?.takes === "report") writeOutput(output, exporter.write(shown, style), streams);
      if (hidden > 0 && output.file === null && look.legend && !given.flag("quiet"))
        streams.err(`${hidden} more that nothing starts: timerwarden list --all\n`);
    }
    return requireComplete(given, report.coverage.gaps);
  },
};

/** How tables look; an option that no output could follow is a mistake, not silence. */
function lookOf(given: Arguments, outputs: readonly Output[]): ListLook {
  const isTable = outputs.some(({ format }) => format === "table" || format === "wide");
  const text = given.text("columns");
  const sort = given.text("sort");
  if (!isTable && (text !== null || sort !== null || given.flag("no-legend")))
    throw new UsageError("list: --columns, --sort and --no-legend are for -o table and -o wide");
  const columns = text === null ? null : text.split(",").map((name) => name.trim().toLowerCase());
  for (const name of columns ?? []) mustBeColumn("columns", name);
  if (sort !== null) mustBeColumn("sort", sort.replace(/^-/, "").toLowerCase());
  return { columns, sort: sort?.toLowerCase() ?? null, legend: !given.flag("no-legend") };
}

function mustBeColumn(option: string, name: string): void {
  if (LIST_COLUMNS.includes(name)) return;
  const meant = nearest(name, LIST_COLUMNS);
  throw new UsageError(
    `list: --${option}: no column ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : ""} (${LIST_COLUMNS.join(" ")})`,
  );
}

function narrowed(report: ListReport, isKept: (row: TimerRow) => boolean): ListReport {
  return { ...report, timers: report.timers.filter(isKept), jobs: report.jobs.filter(isKept) };
}

/** As in a shell; any of a timer's names counts, with or without `.timer`. */
function globPattern(pattern: string): (row: TimerRow) => boolean {
  return ({ unit, names, activates }) =>
    [unit, ...names, activates ?? ""].some(
      (name) => matchesGlob(pattern, name) || matchesGlob(`${pattern}.timer`, name),
    );
}
