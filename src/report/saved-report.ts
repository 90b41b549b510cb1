/** A report that was saved as JSON, or inside our own page, read back and checked. */
import { type Parsed, parsed, problem } from "../parsed.ts";
import type { Report } from "./exporter.ts";
import { pageData, reportDigest } from "./html-data.ts";

/**
 * The report as it was saved: fields that this version does not know are kept, so that JSON comes out as it went in.
 * The problem names the place inside the JSON (`findings[3].severity`).
 */
export async function readSavedReport(text: string): Promise<Parsed<Report>> {
  const bare = text.replace(/^\ufeff/, "");
  const isPage = /^\s*</.test(bare);
  const page = isPage ? pageData(bare) : { json: bare, digest: null };
  if (page === null)
    return problem("EINVAL", "a page, but not one that timerwarden wrote: no report in it", 0);
  const value = parseJson(page.json);
  if (!value.ok) return value;
  if (page.digest !== null && reportDigest(value.value) !== page.digest)
    return problem("EBADMSG", "the report inside the page is not the one the page states the digest of", 0);
  const wrong = await mismatch(value.value);
  return wrong === null ? parsed(value.value as Report) : problem("EINVAL", wrong, 0);
}

function parseJson(text: string): Parsed<unknown> {
  try {
    return parsed(JSON.parse(text) as unknown);
  } catch (error) {
    return problem(
      "EINVAL",
      `not JSON: ${(error as Error).message}; reports are saved by audit or list with -o json=FILE or -o html=FILE`,
      0,
    );
  }
}

/** What is wrong with a value that should be a report; `null` when nothing is. */
async function mismatch(value: unknown): Promise<string | null> {
  const schema = typeof value === "object" && value !== null && "schema" in value ? value.schema : null;
  if (schema !== "timerwarden/audit" && schema !== "timerwarden/list")
    return `no report that can be converted: schema is ${JSON.stringify(schema)}, not "timerwarden/audit" or "timerwarden/list"`;
  const [{ AUDIT_REPORT, LIST_REPORT }, { getDotPath, safeParse }] = await Promise.all([
    import("./envelope.ts"),
    import("valibot"),
  ]);
  const result = safeParse(schema === "timerwarden/audit" ? AUDIT_REPORT : LIST_REPORT, value, {
    abortEarly: true,
  });
  if (result.success) return null;
  const [issue] = result.issues;
  const path = getDotPath(issue)?.replace(/\.(\d+)(?=\.|$)/g, "[$1]");
  return `${path ?? "the report"}: ${issue.message}`;
}
