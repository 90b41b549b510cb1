/** `mappings diff`: what changed between two ATT&CK releases, or two versions of a framework. */
import { parseAttackVersion } from "../../attack/attack-version.ts";
import { techniqueIdOf } from "../../attack/technique-id.ts";
import {
  type Change,
  type Difference,
  difference,
  setsOfSide,
  sideOf,
  summarise,
} from "../../mappings/difference.ts";
import { csvCell } from "../../mappings/export-csv.ts";
import { yaml } from "../../mappings/export-mapex.ts";
import { markdown } from "../../mappings/export-markdown.ts";
import { type MappingSet, setTitle } from "../../mappings/mapping-set.ts";
import { visible } from "../../report/visible.ts";
import { UsageError } from "../command.ts";
import { type Context, emit, json, nothingFor } from "./context.ts";
import { count } from "./words.ts";

export function diffRows(context: Context): number {
  const techniques = context.positionals.flatMap((word) => techniqueIdOf(word) ?? []);
  const sides = context.positionals.filter((word) => techniqueIdOf(word) === null);
  const from = context.args.text("from") ?? sides.shift();
  const to = context.args.text("to") ?? sides.shift();
  if (from === undefined || to === undefined || sides.length > 0)
    throw new UsageError(
      "diff: name two sides: mappings diff 9.0 16.1 T1053.006, or --from rev4@9.0 --to rev5@9.0",
    );
  const before = side(context, from);
  const after = side(context, to);
  const change = difference(before, after, techniques);
  if (change.fromRows + change.toRows === 0)
    throw nothingFor(
      context,
      `neither side has a row${techniques.length > 0 ? ` for ${techniques.join(", ")}` : ""}`,
    );
  const document = (): unknown => ({
    schema: "timerwarden/mappings-diff",
    version: "1.0",
    from: sideJson(from, before, change.fromRows),
    to: sideJson(to, after, change.toRows),
    techniques,
    says: summarise(change.changes),
    changes: change.changes,
  });
  emit(
    context,
    new Map([
      ["table", () => text(from, to, change)],
      ["json", () => json(document())],
      ["csv", () => csv(change.changes)],
      ["md", () => md(from, to, change)],
      ["yaml", () => `${yaml(document()).replace(/^\n/, "")}\n`],
    ]),
  );
  return 0;
}

function side(context: Context, text: string): readonly MappingSet[] {
  const selection = sideOf(text, context.selection);
  const { attackVersion } = selection;
  if (attackVersion !== null && parseAttackVersion(attackVersion) === null)
    throw new UsageError(
      `diff: ${text} is neither an ATT&CK release (16.1) nor FRAMEWORK-VERSION@RELEASE (rev5@16.1)`,
    );
  const sets = setsOfSide(context.library(), selection);
  if (sets.length === 0) throw nothingFor({ ...context, selection }, `no mapping set for ${text}`);
  return sets;
}

function sideJson(asked: string, sets: readonly MappingSet[], rows: number): unknown {
  return { asked, sets: sets.map(setTitle), rows };
}

function text(
  from: string,
  to: string,
  { from: before, to: after, fromRows, toRows, changes }: Difference,
): string {
  const lines = [
    `${from} (${count(fromRows, "row")}) → ${to} (${count(toRows, "row")})`,
    ...before.map((set) => `  from ${setTitle(set)}${partly(set)}`),
    ...after.map((set) => `  to   ${setTitle(set)}${partly(set)}`),
    ...(changes.length === 0 ? ["no change"] : summarise(changes)),
  ];
  return `${lines.map(visible).join("\n")}\n`;
}

function partly({ complete }: MappingSet): string {
  return complete ? "" : " (T1053.006 only, from the facts inside)";
}

const FIELDS = ["kind", "framework", "technique", "capability", "before", "after"] as const;

function csv(changes: readonly Change[]): string {
  const lines = changes.map((change) => FIELDS.map((field) => csvCell(change[field])).join(","));
  return `${[FIELDS.join(","), ...lines].join("\r\n")}\r\n`;
}

function md(from: string, to: string, { changes }: Difference): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdown).join(" | ")} |`;
  const rows = changes.map((change) => line(FIELDS.map((field) => change[field] ?? "")));
  return [
    `## ${markdown(`${from} → ${to}`)}`,
    "",
    line(FIELDS),
    `|${" --- |".repeat(FIELDS.length)}`,
    ...rows,
    "",
  ].join("\n");
}
