/** Out of the page again: commands that give the same view on a terminal, and files of what is shown. */
import { parseFilter } from "../src/report/filter.ts";
import { visible } from "../src/report/visible.ts";
import type { Outline } from "../src/server/api.ts";

/**
 * A word as a shell takes it for itself. What cannot be seen is written as a code in bash's `$'…'`, so that what is
 * pasted is what was read, and still names the same thing.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(text)) return text;
  if (visible(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
  const coded = [...text].map((character) => {
    if (character === "\\" || character === "'") return `\\${character}`;
    if (visible(character) === character) return character;
    return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
  });
  return `$'${coded.join("")}'`;
}

export interface Command {
  /** `list`, or `mappings` and `show`. */
  readonly words: readonly string[];
  /** By name; `true` for one without a value, `null` and "" for one that is not given. */
  readonly options?: Readonly<Record<string, string | true | null>>;
  /** Things and targets, which may look like options and then stand behind `--`. */
  readonly operands?: readonly (string | null)[];
}

/** A command line that gives the same view on a terminal. */
export function commandLine({ words, options = {}, operands = [] }: Command): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === null || value === "" ? [] : [value === true ? `--${name}` : `--${name}=${value}`],
  );
  const named = operands.filter((word) => word !== null && word !== "");
  const guard = named.some((word) => word?.startsWith("-") && word !== "-") ? ["--"] : [];
  return ["timerwarden", ...words, ...given, ...guard, ...(named as string[])].map(shellWord).join(" ");
}

/** For commands about a target: evidence is looked at as of the moment shown, a running host as of now. */
export function momentOption({ report }: Outline): Readonly<Record<string, string | null>> {
  return { now: report.target.live ? null : report.clock.now };
}

/**
 * The command that prints these rows. What only judging tells (verdicts, findings) takes an audit; a filter with a
 * mistake hides nothing here and is left out there.
 */
export function rowsCommand(outline: Outline, filter: string, output: string | null = null): string {
  const parsed = parseFilter(filter);
  const isJudged = parsed.ok && parsed.value.judged.length > 0;
  return commandLine({
    words: [isJudged ? "audit" : "list"],
    options: {
      all: isJudged ? null : true,
      output,
      filter: parsed.ok ? filter : null,
      ...momentOption(outline),
    },
    operands: [outline.board.target],
  });
}

export type Cell = string | number | boolean | null;

/** A table with a name, as pages hand it out. */
export interface Sheet {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** RFC 4180; text that a spreadsheet would compute gets an apostrophe before it. */
export function csvOf({ columns, rows }: Sheet): string {
  const cell = (value: Cell): string => {
    const text = value === null ? "" : typeof value === "string" ? visible(value) : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

export function jsonOf({ columns, rows }: Sheet): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
  return `${JSON.stringify(objects, null, 2)}\n`;
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** False where the browser does not let a page do that. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
