/** A report inside a page: the data block of the HTML report, and how it is got out again. */
import type { Report } from "./exporter.ts";
import { jsonText } from "./json-text.ts";
import { hex, sha256 } from "./sha256.ts";

const OPEN = '<script type="application/json" id="timerwarden-report">';
const CLOSE = "</script>";
const DIGEST = '<meta name="timerwarden-sha256" content="';

/** The digest of the report as `-o json` writes it, so that `convert report.html -o json | sha256sum` shows the same. */
export function reportDigest(report: unknown): string {
  return hex(sha256(`${jsonText(report, 2)}\n`));
}

export function digestMeta(digest: string): string {
  return `${DIGEST}${digest}">`;
}

/** Data, no script: browsers run nothing of this type, and no tag can end it early as `<` is escaped. */
export function dataBlock(report: Report): string {
  const text = jsonText(report).replace(/[<>&]/g, (character) =>
    character === "<" ? "\\u003c" : character === ">" ? "\\u003e" : "\\u0026",
  );
  return `${OPEN}${text}${CLOSE}`;
}

export interface PageData {
  readonly json: string;
  /** As the page states it; `null` when it states none. */
  readonly digest: string | null;
}

/** The data of a page we wrote; `null` when there is none in it. */
export function pageData(html: string): PageData | null {
  const start = html.indexOf(OPEN);
  const end = html.indexOf(CLOSE, start);
  if (start < 0 || end < 0) return null;
  const stated = html.indexOf(DIGEST);
  const digest = stated < 0 ? "" : html.slice(stated + DIGEST.length, stated + DIGEST.length + 64);
  return {
    json: html.slice(start + OPEN.length, end),
    digest: /^[\da-f]{64}$/.test(digest) ? digest : null,
  };
}
