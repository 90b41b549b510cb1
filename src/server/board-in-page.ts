/** The dashboard's data in a page, packed, and how they are got out again. */
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import { type Parsed, parsed, problem } from "../parsed.ts";
import type { Board } from "./api.ts";

/** The element that holds the `Board`: JSON, gzip, base64. */
const OPEN = '<script type="text/plain" id="timerwarden-board">';
const CLOSE = "</script>";

/** Packed: the board says much the same thing many times, and its browser unpacks it in milliseconds. */
export function boardElement(board: Board): string {
  return `${OPEN}${gzipSync(JSON.stringify(board), { level: 9 }).toString("base64")}${CLOSE}`;
}

/** A board may unpack to this much; one of a big host has some ten MiB. */
const MAX_BYTES = 1 << 28;

const text = v.string();
const optional = v.nullable(text);

/** What is read of it on this side; the rest goes to the dashboard as it is. */
const READ_HERE = v.object({
  schema: v.literal("timerwarden/board"),
  version: v.literal("1.0"),
  controls: v.nullable(
    v.object({
      controls: v.array(
        v.object({ id: text, title: text, state: text, objectives: v.array(v.object({ state: text })) }),
      ),
      checks: v.array(
        v.object({
          ...{ id: text, title: text, control: text, outcome: text, says: text, remediation: text },
          evidence: v.array(
            v.object({ path: text, line: v.number(), value: optional, mode: optional, owner: optional }),
          ),
        }),
      ),
    }),
  ),
});

/** The board in a page of ours; `null` in a page without the dashboard. */
export function boardIn(page: string): Parsed<Board | null> {
  const start = page.indexOf(OPEN);
  if (start < 0) return parsed(null);
  const packed = page.slice(start + OPEN.length, page.indexOf(CLOSE, start));
  try {
    const bytes = gunzipSync(Buffer.from(packed, "base64"), { maxOutputLength: MAX_BYTES });
    const board: unknown = JSON.parse(bytes.toString("utf8"));
    const read = v.safeParse(READ_HERE, board);
    if (read.success) return parsed(board as Board);
    const [issue] = read.issues;
    return problem("EBADMSG", `the dashboard's data: ${v.getDotPath(issue) ?? ""} ${issue.message}`, 0);
  } catch (error) {
    return problem("EBADMSG", `the dashboard's data cannot be unpacked: ${(error as Error).message}`, 0);
  }
}
