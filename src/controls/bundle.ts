/**
 * The evidence bundle: a recording of every file, link and directory an assessment looked at, and what else its result
 * rests on, as one JSON document from which the same assessment can be made again elsewhere. What the assessment did
 * not look at is not in it, and is told as not recorded.
 */
import * as v from "valibot";
import { CASE_FACTS, type CaseFacts } from "../case-facts.ts";
import { TargetError } from "../hosts/archive.ts";
import type { Host } from "../hosts/host.ts";
import { recordedHost } from "../hosts/recorded.ts";
import type { Recorder } from "../hosts/recording.ts";
import { parseImage, snapshotText } from "../hosts/snapshot.ts";
import { type Parsed, parsed, problem } from "../parsed.ts";

export const BUNDLE_SCHEMA = "timerwarden/bundle";

/** What must be known besides the files to come to the same result. */
export interface BundleContext {
  readonly nowUsec: number;
  readonly systemd: string | null;
  readonly scopes: "system" | "user" | "all";
  /** The time zone asked for; `null` for the target's own. */
  readonly zone: string | null;
  /** What the operator gave besides the target. */
  readonly given: BundleGiven;
}

/** The operator's files, as they were: their verdicts rest on them too. */
export interface BundleGiven {
  /** Ids of the controls that were asked for. */
  readonly controls: readonly string[];
  /** The text of the attestations file. */
  readonly attestations: string | null;
  /** Texts of Inspector's documents. */
  readonly inspector: readonly string[];
  /** Earlier results; `null` when no history was given. */
  readonly history:
    | readonly { readonly name: string; readonly text?: string; readonly error?: string }[]
    | null;
  readonly case: CaseFacts | null;
}

/** The attachment of the recording that holds the context. */
const CONTEXT = "assessment";

/** The bundle of all that was asked of the recorder so far. */
export function bundleText(recorder: Recorder, context: BundleContext): string {
  const attachments = new Map([[CONTEXT, JSON.stringify(context)]]);
  return snapshotText(recorder.record(context.nowUsec, attachments), BUNDLE_SCHEMA);
}

/** Does a file begin as a bundle does? */
export function looksLikeBundle(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 64)).startsWith(`{"schema":"${BUNDLE_SCHEMA}"`);
}

const SHAPE = v.object({
  nowUsec: v.number(),
  systemd: v.nullable(v.string()),
  scopes: v.picklist(["system", "user", "all"]),
  zone: v.nullable(v.string()),
  given: v.object({
    controls: v.array(v.string()),
    attestations: v.nullable(v.string()),
    inspector: v.array(v.string()),
    history: v.nullable(
      v.array(
        v.object({
          name: v.string(),
          text: v.exactOptional(v.string()),
          error: v.exactOptional(v.string()),
        }),
      ),
    ),
    case: v.nullable(CASE_FACTS),
  }),
});

/** The host a bundle was made of, and the circumstances of its assessment. */
export function openBundle(text: string): Parsed<{ readonly host: Host; readonly context: BundleContext }> {
  try {
    const recording = parseImage(text);
    const shape = v.safeParse(SHAPE, JSON.parse(recording.attachments.get(CONTEXT) ?? "null"));
    if (shape.success)
      return parsed({ host: recordedHost(recording, recording.target), context: shape.output });
    const [issue] = shape.issues;
    return problem("EBADMSG", `not an evidence bundle: ${v.getDotPath(issue) ?? ""} ${issue.message}`, 0);
  } catch (error) {
    const why = error instanceof TargetError ? error.message : "its circumstances are no JSON text";
    return problem("EBADMSG", `not an evidence bundle: ${why}`, 0);
  }
}
