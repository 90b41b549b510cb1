import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { openDirectory } from "../../hosts/directory.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { parsed } from "../../parsed.ts";
import { withCase } from "../../report/case-facts.ts";
import { exportText, isAudit, type Report } from "../../report/exporter.ts";
import { exporterOf, formatsFor } from "../../report/exporters.ts";
import { isQuiet } from "../../report/quiet-timers.ts";
import { readSavedReport } from "../../report/saved-report.ts";
import { visible } from "../../report/visible.ts";
import { beyondIn } from "../../server/beyond-in-page.ts";
import { UTC_ONLY, type Zones } from "../../time/zone.ts";
import { parseCommand } from "../arguments.ts";
import { CASE_OPTIONS, caseOf } from "../case.ts";
import { type Command, RunError, type Streams, UsageError } from "../command.ts";
import { htmlReport } from "../html-report.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { REDACT_OPTIONS, redactor } from "../redact.ts";
import { STYLE_OPTIONS, styleOf } from "../target.ts";

const MAX_BYTES = 1 << 30;

export const convert: Command = {
  name: "convert",
  summary: "A saved report in another format, the same as from the run itself",
  usage: "timerwarden convert FILE|- [-o FORMAT[=FILE]]…",
  examples: [
    { line: "timerwarden convert audit.json -o sarif=audit.sarif", does: "from saved JSON" },
    { line: "timerwarden convert report.html -o json", does: "the JSON inside our page, its digest checked" },
    { line: "timerwarden audit -o json | timerwarden convert - -o md", does: "from standard input" },
  ],
  operands: [["FILE"]],
  formats: formatsFor("audit"),
  options: {
    all: { type: "boolean", short: "a", does: "in tables of a list, also what nothing starts" },
    ...CASE_OPTIONS,
    ...OUTPUT_OPTIONS,
    ...REDACT_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, formatsFor("audit"));
    const [name, ...more] = given.positionals;
    if (name === undefined || more.length > 0)
      throw new UsageError("convert: name one saved report (JSON or our HTML), or - for standard input");
    const saved = readInput(name, streams);
    const result = await readSavedReport(saved);
    if (!result.ok) throw new RunError(`${name}: ${visible(result.problem.message)}`);
    const report = withCase(result.value, caseOf(given));
    const page = outputs.some(({ format }) => format === "html") ? beyondIn(saved) : parsed(null);
    if (!page.ok) throw new RunError(`${name}: ${visible(page.problem.message)}`);
    const style = styleOf(given, streams, zonesFor(report));
    const forFormat = redactor({ report, beyond: page.value }, given, streams);
    const texts = outputs.map((output) => {
      const isTable = output.format === "table" || output.format === "wide";
      const { report: clean, beyond } = forFormat(output.format);
      const shown = isTable && !given.flag("all") ? withoutQuiet(clean) : clean;
      const exporter = exporterOf(output.format);
      const text =
        output.format === "html" && beyond !== null && isAudit(shown)
          ? htmlReport(shown, beyond, forFormat.blotted("html"), streams)
          : exporter === undefined
            ? null
            : exportText(exporter, shown, style);
      if (text === null)
        throw new UsageError(
          `${name} is a list, without findings; ${output.format} tells findings: save an audit (formats for a list: ${formatsFor("report").join(" ")})`,
        );
      return { output, text };
    });
    for (const { output, text } of texts) writeOutput(output, text, streams);
    return 0;
  },
};

function readInput(name: string, streams: Streams): string {
  if (name === "-") return new TextDecoder().decode(streams.readInput());
  try {
    const descriptor = openSync(name, "r");
    try {
      const stats = fstatSync(descriptor);
      if (stats.isDirectory()) throw new Error("it is a directory");
      if (stats.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / (1 << 20)} MiB`);
      return readFileSync(descriptor, "utf8");
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new RunError(`cannot read ${name}: ${(error as Error).message}`);
  }
}

/** Times are shown in the target's zone by this machine's rules for it; in UTC where it is not known here. */
function zonesFor({ clock }: Report): Zones {
  const here = zonesOf(openDirectory("/", "host:", true), null, clock.zone);
  return here.zone(clock.zone) === null ? UTC_ONLY : here;
}

/** `list` leaves these out of its tables. */
function withoutQuiet(report: Report): Report {
  if (isAudit(report)) return report;
  const shown = (rows: Report["timers"]) => rows.filter((row) => !isQuiet(row));
  return { ...report, timers: shown(report.timers), jobs: shown(report.jobs) };
}
