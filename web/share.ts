/** Out of the page again: commands that give the same view on a terminal, and files of what is shown. */
import { visible } from "../src/report/visible.ts";

/** A word as a shell takes it for itself; control characters are written out, never passed on. */
export function shellWord(text: string): string {
  const clean = visible(text);
  return /^[\w@%+=:,./~-]+$/.test(clean) ? clean : `'${clean.replaceAll("'", "'\\''")}'`;
}

export function commandLine(...words: readonly (string | null)[]): string {
  return ["timerwarden", ...words.filter((word) => word !== null).map(shellWord)].join(" ");
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
