/** `timerwarden mappings`: which safeguards are mapped to a technique, offline. */
import { nearest } from "../../nearest.ts";
import { parseCommand } from "../arguments.ts";
import { type Command, UsageError } from "../command.ts";
import { type Context, contextOf, MAPPINGS_OPTIONS } from "../mappings/context.ts";
import { diffRows } from "../mappings/diff-rows.ts";
import { exportSets } from "../mappings/export-sets.ts";
import { gaps } from "../mappings/gaps.ts";
import { importFiles } from "../mappings/import-files.ts";
import { lintFiles } from "../mappings/lint-files.ts";
import { listSets } from "../mappings/list-sets.ts";
import { matrix } from "../mappings/matrix.ts";
import { searchRows } from "../mappings/search-rows.ts";
import { show } from "../mappings/show.ts";

const SUBCOMMANDS: ReadonlyMap<string, (context: Context) => number> = new Map([
  ["show", show],
  ["search", searchRows],
  ["diff", diffRows],
  ["gaps", gaps],
  ["matrix", matrix],
  ["lint", lintFiles],
  ["export", exportSets],
  ["import", importFiles],
  ["list", listSets],
]);

export const mappings: Command = {
  name: "mappings",
  summary: "Which safeguards are mapped to a technique: query, compare, check, export",
  usage: `timerwarden mappings ${[...SUBCOMMANDS.keys()].join("|")} [ARGUMENT…]`,
  examples: [
    {
      line: "timerwarden mappings show T1053.006",
      does: "the newest rows of every framework, and what changed",
    },
    {
      line: "timerwarden mappings show T1053.006 --attack-version 9.0",
      does: "the rows as they were for ATT&CK 9.0",
    },
    { line: "timerwarden mappings show AC-6", does: "the techniques a control is mapped to" },
    {
      line: "timerwarden mappings diff T1053.006 --from 9.0 --to 16.1",
      does: "what came, went, and is called otherwise",
    },
    {
      line: "timerwarden mappings import mappings-explorer.zip",
      does: "take in published files, ATT&CK bundles, OSCAL catalogs",
    },
    {
      line: "timerwarden mappings lint mappings/",
      does: "faults in mapping files; status 1 if there are any",
    },
    {
      line: "timerwarden mappings export --framework nist -o stix=nist.json",
      does: "one framework as STIX 2.1",
    },
  ],
  operands: [[...SUBCOMMANDS.keys()] as Lowercase<string>[], ["CONTROL", "FILE"]],
  options: MAPPINGS_OPTIONS,
  run(args, streams) {
    const parsed = parseCommand(mappings, args, streams.env);
    const [name, ...rest] = parsed.positionals;
    const subcommand = SUBCOMMANDS.get(name ?? "");
    if (subcommand === undefined) {
      const known = [...SUBCOMMANDS.keys()];
      const meant = name === undefined ? null : nearest(name, known);
      const what = name === undefined ? "mappings: say what to do" : `mappings: unknown subcommand ${name}`;
      throw new UsageError(`${what}${meant ? `; did you mean ${meant}?` : ""} (one of: ${known.join(" ")})`);
    }
    return subcommand(contextOf(parsed, rest, streams));
  },
};
