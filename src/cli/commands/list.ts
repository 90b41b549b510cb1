import { hasSystemd, readInventory } from "../../inventory/inventory.ts";
import { listReport } from "../../report/build.ts";
import type { ListReport, TimerRow } from "../../report/envelope.ts";
import { listText } from "../../report/list-text.ts";
import { parseCommand } from "../arguments.ts";
import type { Command } from "../command.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import {
  isTarget,
  nothingToExamine,
  openOne,
  requireComplete,
  STYLE_OPTIONS,
  settle,
  styleOf,
  TARGET_OPTIONS,
} from "../target.ts";

const FORMATS = ["table", "wide", "json", "jsonl"];

/** States and names that a person looking for what will run need not see. */
function isQuiet({ state, load, unit, started }: TimerRow): boolean {
  if (state === "alias" || /@\.timer$/.test(unit)) return true;
  return (
    (load === "masked" || state === "disabled" || state === "inert" || state === "static") && !started.atBoot
  );
}

export const list: Command = {
  name: "list",
  aliases: ["ls"],
  summary: "Timers and jobs: when next, what they run, as whom",
  usage: "timerwarden list [PATTERN…] [TARGET] [options]",
  examples: [
    { line: "timerwarden list", does: "what this host runs by itself" },
    { line: "timerwarden list 'apt*' --all", does: "units by name, those that are not started too" },
    { line: "timerwarden list -o json root:/mnt/evidence", does: "mounted evidence, for programs" },
  ],
  options: {
    all: { type: "boolean", short: "a", does: "also disabled, masked, aliases, templates without instance" },
    ...OUTPUT_OPTIONS,
    ...TARGET_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, FORMATS);
    const targets = given.positionals.filter(isTarget);
    const patterns = given.positionals.filter((text) => !isTarget(text)).map(globPattern);
    const { host, zones, nowUsec, version, scopes } = await openOne(targets, given, streams);
    if (!hasSystemd(host))
      throw nothingToExamine(`${host.target}: there is no systemd here, so nothing to list`);
    const full = await settle(host, () =>
      listReport(readInventory(host, { zones, nowUsec, version, scopes })),
    );
    const matching =
      patterns.length === 0 ? full.timers : full.timers.filter((row) => patterns.some((test) => test(row)));
    if (patterns.length > 0 && matching.length === 0)
      throw nothingToExamine(`no timer or job matches ${given.positionals.join(" ")}`);
    const report: ListReport = { ...full, timers: matching };
    for (const output of outputs) {
      const isText = output.format === "table" || output.format === "wide";
      const hidden =
        isText && !given.flag("all") && patterns.length === 0 ? matching.filter(isQuiet).length : 0;
      const shown = hidden > 0 ? { ...report, timers: matching.filter((row) => !isQuiet(row)) } : report;
      const style = styleOf(given, streams, zones);
      writeOutput(output, textOf(output.format, shown, style), streams);
      if (hidden > 0 && output.file === null && !given.flag("quiet"))
        streams.err(`${hidden} more that nothing starts: timerwarden list --all\n`);
    }
    return requireComplete(given, report.coverage.gaps);
  },
};

function textOf(format: string, report: ListReport, style: Parameters<typeof listText>[1]): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "jsonl":
      return report.timers.map((row) => `${JSON.stringify(row)}\n`).join("");
    default:
      return [...listText(report, style, format === "wide")].join("");
  }
}

/** `*` and `?` as in a shell; any of a timer's names counts, with or without `.timer`. */
function globPattern(pattern: string): (row: TimerRow) => boolean {
  const source = [...pattern]
    .map((character) =>
      character === "*" ? ".*" : character === "?" ? "." : character.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
    )
    .join("");
  const expression = new RegExp(`^${source}(\\.timer)?$`, "s");
  return ({ unit, names, activates }) =>
    [unit, ...names, activates ?? ""].some((name) => expression.test(name));
}
