/** `-f EXPR`: the rows a command is about, in the language of the dashboard (docs/dashboard.md). */
import type { Report } from "../report/exporter.ts";
import { type Filter, filteredReport, parseFilter } from "../report/filter.ts";
import type { Arguments } from "./arguments.ts";
import { caret } from "./caret.ts";
import { type OptionTable, type Streams, UsageError } from "./command.ts";

export const FILTER_OPTIONS = {
  filter: {
    type: "string",
    short: "f",
    multiple: true,
    value: "EXPR",
    does: "only rows that fit: 'verdict:alert user:root next:<1h -package:*' (docs/dashboard.md)",
    group: "rows",
  },
} as const satisfies OptionTable;

/** The filters given; all of them must admit a row. `judges` is false where nothing is judged. */
export function filtersOf(args: Arguments, judges: boolean): readonly Filter[] {
  return args.texts("filter").map((text) => {
    const result = parseFilter(text);
    if (!result.ok)
      throw new UsageError(`--filter: ${caret("this filter has a mistake", text, result.problem).trimEnd()}`);
    const [field] = result.value.judged;
    if (!judges && field !== undefined)
      throw new UsageError(`--filter: ${field}: is known after judging only: timerwarden audit --filter ...`);
    return result.value;
  });
}

/** The report cut down to what is asked for; findings that belong to no row are left out, and it is said. */
export function applyFilters<Kind extends Report>(
  report: Kind,
  filters: readonly Filter[],
  args: Arguments,
  streams: Streams,
): Kind {
  if (filters.length === 0) return report;
  const narrowed = filters.reduce(filteredReport, report) as Kind;
  const ofHost = "findings" in report ? hostFindings(report) : 0;
  if (ofHost > 0 && !args.flag("quiet"))
    streams.err(
      `timerwarden: ${ofHost} findings of the host itself belong to no timer and are not shown with --filter\n`,
    );
  return narrowed;
}

function hostFindings({
  timers,
  jobs,
  findings,
}: Report & { readonly findings: readonly { readonly id: string }[] }): number {
  const told = new Set([...timers, ...jobs].flatMap((row) => row.findings));
  return findings.filter(({ id }) => !told.has(id)).length;
}
