/** `mappings lint`: faults in mapping data; status 1 if there is any. */
import { BEYOND_ATTACK } from "../../mappings/beyond-attack.ts";
import { csvCell } from "../../mappings/export-csv.ts";
import { yaml } from "../../mappings/export-mapex.ts";
import { markdown } from "../../mappings/export-markdown.ts";
import { admitted } from "../../mappings/library.ts";
import { LINT_KINDS, type LintFinding, type LintKind, type LintResult, lint } from "../../mappings/lint.ts";
import { faultLine } from "../../mappings/mapex.ts";
import { type Column, table } from "../../report/table.ts";
import { visible } from "../../report/visible.ts";
import { type Context, emit, json, nothingFor } from "./context.ts";
import { type Documents, readDocuments } from "./documents.ts";
import { tellFaults } from "./import-files.ts";
import { count, thousands } from "./words.ts";

/** Paths, or the imported data and own files when none is named. */
export function lintFiles(context: Context): number {
  const isGiven = context.positionals.length > 0;
  const read: Documents | null = isGiven ? readDocuments(context.positionals) : null;
  const library = context.library();
  const sets = admitted(
    read?.sets ?? [
      ...library.sets.filter(({ origin }) => origin === "imported"),
      ...library.own.filter((set) => set !== BEYOND_ATTACK),
    ],
    context.selection,
  );
  const faults = read?.faults ?? [];
  tellFaults(context, faults);
  if (sets.length === 0 && faults.length === 0)
    throw nothingFor(context, isGiven ? "no mapping file there" : "nothing is imported; name files to lint");
  const result = lint(sets, [...library.releases, ...(read?.releases ?? [])]);
  const document = (): unknown => ({
    schema: "timerwarden/mappings-lint",
    version: "1.0",
    files: result.files,
    rows: result.rows,
    unjudged_names: result.unjudgedNames,
    counts: Object.fromEntries(countsOf(result).map(({ kind, findings }) => [kind, findings.length])),
    unreadable: faults.map(faultLine),
    findings: result.findings,
  });
  emit(
    context,
    new Map([
      ["table", () => text(context, result)],
      ["json", () => json(document())],
      ["csv", () => csv(result.findings)],
      ["md", () => md(result)],
      ["yaml", () => `${yaml(document()).replace(/^\n/, "")}\n`],
    ]),
  );
  return result.findings.length + faults.length > 0 ? 1 : 0;
}

interface KindCount {
  readonly kind: LintKind;
  readonly findings: readonly LintFinding[];
  readonly files: number;
}

function countsOf({ findings }: LintResult): KindCount[] {
  return (Object.keys(LINT_KINDS) as LintKind[]).map((kind) => {
    const found = findings.filter((finding) => finding.kind === kind);
    return { kind, findings: found, files: new Set(found.map(({ file }) => file)).size };
  });
}

const COLUMNS: readonly Column<KindCount>[] = [
  { title: "FAULT", cell: ({ kind }) => kind },
  { title: "COUNT", right: true, cell: ({ findings }) => thousands(findings.length) },
  { title: "FILES", right: true, cell: ({ files }) => String(files) },
  { title: "MEANING", cell: ({ kind }) => LINT_KINDS[kind] },
];

function text(context: Context, result: LintResult): string {
  const present = countsOf(result).filter(({ findings }) => findings.length > 0);
  const total = `${count(result.findings.length, "fault")} in ${count(result.rows, "row")} of ${count(result.files, "file")}`;
  const parts = present.length > 0 ? [table(COLUMNS, present)] : [];
  if (context.args.flag("list"))
    parts.push(...result.findings.map((finding) => `${visible(findingLine(finding))}\n`));
  if (result.unjudgedNames > 0)
    parts.push(
      `${count(result.unjudgedNames, "technique name")} could not be judged: import an ATT&CK bundle\n`,
    );
  parts.push(`${total}${present.length > 0 && !context.args.flag("list") ? " (--list names each)" : ""}\n`);
  return parts.join("");
}

function findingLine({ file, index, kind, says }: LintFinding): string {
  return `${file}${index === null ? "" : `: mapping_objects[${index}]`}: ${kind}: ${says}`;
}

function csv(findings: readonly LintFinding[]): string {
  const lines = findings.map(({ kind, file, index, says }) =>
    [kind, file, index, says].map(csvCell).join(","),
  );
  return `${["kind,file,row_index,says", ...lines].join("\r\n")}\r\n`;
}

function md(result: LintResult): string {
  const lines = countsOf(result).map(
    ({ kind, findings, files }) =>
      `| ${kind} | ${findings.length} | ${files} | ${markdown(LINT_KINDS[kind])} |`,
  );
  return `${["| fault | count | files | meaning |", "| --- | --- | --- | --- |", ...lines].join("\n")}\n`;
}
