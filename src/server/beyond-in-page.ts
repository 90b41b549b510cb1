/** What a page has beyond its report, packed, and how it is got out again. */
import { gunzipSync, gzipSync } from "node:zlib";
import * as v from "valibot";
import { type Parsed, parsed, problem } from "../parsed.ts";
import type { Snapshot } from "./api.ts";

/** Each in an element of its own: JSON, gzip, base64. */
const ELEMENTS = { board: "timerwarden-board", dossier: "timerwarden-dossier" } as const;

type Part = keyof typeof ELEMENTS;

export type Beyond = Pick<Snapshot, Part>;

/** Packed: both say much the same thing many times, and a browser unpacks them in milliseconds. */
export function beyondElements({ board, dossier }: Beyond): string {
  return `${packed("board", board)}\n${packed("dossier", dossier)}`;
}

function packed(part: Part, data: Beyond[Part]): string {
  return `${opening(part)}${gzipSync(JSON.stringify(data), { level: 9 }).toString("base64")}${CLOSE}`;
}

function opening(part: Part): string {
  return `<script type="text/plain" id="${ELEMENTS[part]}">`;
}

const CLOSE = "</script>";

/** Each may unpack to this much; those of a big host have some ten MiB. */
const MAX_BYTES = 1 << 28;

const text = v.string();
const optional = v.nullable(text);

/** What is read of them on this side; the rest goes to the dashboard as it is. */
const READ_HERE = {
  board: v.object({ schema: v.literal("timerwarden/board"), version: v.literal("1.0") }),
  dossier: v.object({
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
  }),
} as const;

/** What a page of ours has beyond its report; `null` in a page without the dashboard. */
export function beyondIn(page: string): Parsed<Beyond | null> {
  if (!page.includes(opening("board"))) return parsed(null);
  const board = unpacked(page, "board");
  if (!board.ok) return board;
  const dossier = unpacked(page, "dossier");
  if (!dossier.ok) return dossier;
  return parsed({ board: board.value, dossier: dossier.value });
}

function unpacked<Name extends Part>(page: string, part: Name): Parsed<Beyond[Name]> {
  const start = page.indexOf(opening(part)) + opening(part).length;
  const text = page.slice(start, page.indexOf(CLOSE, start));
  try {
    const bytes = gunzipSync(Buffer.from(text, "base64"), { maxOutputLength: MAX_BYTES });
    const data: unknown = JSON.parse(bytes.toString("utf8"));
    const read = v.safeParse(READ_HERE[part], data);
    if (read.success) return parsed(data as Beyond[Name]);
    const [issue] = read.issues;
    return problem("EBADMSG", `the dashboard's data: ${v.getDotPath(issue) ?? ""} ${issue.message}`, 0);
  } catch (error) {
    return problem("EBADMSG", `the dashboard's data cannot be unpacked: ${(error as Error).message}`, 0);
  }
}
