/** `--case-number` and its companions, by the names UAC gives them: kept in every output that has a place for them. */
import { safeParse } from "valibot";
import { CASE_FACTS, type CaseFacts } from "../case-facts.ts";
import type { Host } from "../hosts/host.ts";
import { isRecorded } from "../hosts/recorded.ts";
import type { Arguments } from "./arguments.ts";
import { type OptionTable, UsageError } from "./command.ts";

export const CASE_OPTIONS = {
  "case-number": { type: "string", value: "TEXT", does: "the case this belongs to", group: "case" },
  "evidence-number": { type: "string", value: "TEXT", does: "the piece of evidence", group: "case" },
  examiner: { type: "string", value: "NAME", does: "who examines it", group: "case" },
  notes: { type: "string", value: "TEXT", does: "what else to say of it", group: "case" },
} as const satisfies OptionTable;

/** More than a form has room for. */
const MAX_LENGTH = 10_000;

/** What was given; `null` when nothing was. */
export function caseOf(args: Arguments): CaseFacts | null {
  for (const option of Object.keys(CASE_OPTIONS))
    if ((args.text(option)?.length ?? 0) > MAX_LENGTH)
      throw new UsageError(`--${option}: longer than ${MAX_LENGTH} characters`);
  const facts = {
    number: args.text("case-number"),
    evidenceNumber: args.text("evidence-number"),
    examiner: args.text("examiner"),
    notes: args.text("notes"),
  };
  return Object.values(facts).every((text) => text === null) ? null : facts;
}

/** The attachment of a recording that holds what was given when it was taken. */
export const CASE_ATTACHMENT = "case.json";

/** What was said of a host when it was collected; `null` when nothing was, or nothing that can be read. */
export function caseOfRecording(host: Host): CaseFacts | null {
  const text = isRecorded(host) ? host.recording.attachments.get(CASE_ATTACHMENT) : undefined;
  if (text === undefined) return null;
  try {
    const facts = safeParse(CASE_FACTS, JSON.parse(text));
    return facts.success ? facts.output : null;
  } catch {
    return null;
  }
}
