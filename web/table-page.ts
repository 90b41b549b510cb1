/** A table as a page of its own, to send or print: it reads anywhere, needs nothing else and runs nothing. */
import { HTML_STYLE } from "../src/report/html-style.ts";
import { markup } from "../src/report/html-text.ts";
import { base64, sha256 } from "../src/report/sha256.ts";
import type { Cell, Sheet } from "./share.ts";

export interface PageHead {
  readonly title: string;
  /** What a reader must know of the table. */
  readonly facts: readonly (readonly [label: string, text: string])[];
}

export function tablePage({ title, facts }: PageHead, { columns, rows }: Sheet): string {
  const policy = `default-src 'none'; style-src 'sha256-${base64(sha256(HTML_STYLE))}'; base-uri 'none'; form-action 'none'`;
  const told = facts.map(
    ([label, text]) => `<dt>${markup(label)}</dt><dd><code>${markup(text)}</code></dd>\n`,
  );
  const titles = columns.map((name) => `<th scope="col">${markup(name)}</th>`).join("");
  const lines = rows.map(
    (row) => `<tr>${row.map((cell, at) => cellText(cell, columns[at] ?? "")).join("")}</tr>\n`,
  );
  return [
    `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n`,
    `<title>${markup(title)}</title>\n<style>${HTML_STYLE}</style>\n</head>\n<body>\n`,
    `<header>\n<h1>${markup(title)}</h1>\n<dl>\n${told.join("")}</dl>\n</header>\n<main>\n`,
    `<div class="wide" role="region" aria-label="Table" tabindex="0"><table>\n<caption>${rows.length} rows, times in UTC</caption>\n`,
    `<thead><tr>${titles}</tr></thead>\n<tbody>\n${lines.join("")}</tbody>\n</table></div>\n</main>\n</body>\n</html>\n`,
  ].join("");
}

function cellText(cell: Cell, column: string): string {
  const text = markup(cell === null ? "" : String(cell));
  return column === "verdict" ? `<td class="verdict ${text}">${text}</td>` : `<td>${text}</td>`;
}
