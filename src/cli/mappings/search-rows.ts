/** `mappings search`: rows that hold every word. */
import { flatRow } from "../../mappings/flat-row.ts";
import { type Hit, search } from "../../mappings/search.ts";
import { type Column, table } from "../../report/table.ts";
import { UsageError } from "../command.ts";
import { type Context, chosenSets, nothingFor, ownSets } from "./context.ts";
import { emitRows } from "./show.ts";
import { attackTitle, count, frameworkTitle, kindOf, thousands, versionTitle } from "./words.ts";

const COLUMNS: readonly Column<Hit>[] = [
  { title: "TECHNIQUE", cell: ({ row }) => row.technique ?? "-" },
  { title: "CAPABILITY", cell: ({ row }) => row.capability?.id ?? "-", least: 20 },
  { title: "TITLE", cell: ({ row }) => row.raw.capability_description ?? "", least: 20 },
  { title: "FRAMEWORK", cell: ({ row }) => `${frameworkTitle(row.set)} ${versionTitle(row.set)}` },
  { title: "ATT&CK", cell: ({ row }) => attackTitle(row.set) },
  { title: "KIND", cell: ({ row }) => (row.state === "mapped" ? kindOf(row) : "judged non-mappable") },
  { title: "TEXT", cell: ({ excerpt }) => excerpt ?? "", least: 20 },
];

/** What a screen holds; every other format has all of them. */
const SHOWN = 50;

export function searchRows(context: Context): number {
  if (context.positionals.length === 0) throw new UsageError("search: name at least one word");
  const hits = search([...chosenSets(context), ...ownSets(context)], context.positionals);
  if (hits.length === 0) throw nothingFor(context, `no row holds ${context.positionals.join(" and ")}`);
  const rows = hits.map(({ row }) => row);
  const techniques = [...new Set(rows.flatMap(({ technique }) => technique ?? []))];
  emitRows(context, rows, techniques, {
    table: () => {
      const shown = context.args.flag("list") ? hits : hits.slice(0, SHOWN);
      const rest = hits.length - shown.length;
      const more = rest > 0 ? `… and ${thousands(rest)} more (--list shows all)\n` : "";
      return `${table(COLUMNS, shown, context.streams.columns)}${more}${count(hits.length, "row")}\n`;
    },
    json: () => ({
      schema: "timerwarden/mappings-search",
      version: "1.0",
      words: context.positionals,
      count: hits.length,
      rows: hits.map(({ row, score, excerpt }) => ({ ...flatRow(row), score, excerpt })),
    }),
  });
  return 0;
}
