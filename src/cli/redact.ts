/** Whether passwords and tokens stand in what is written: in evidence (JSON) yes, in what is sent around no. */
import { exporterOf } from "../report/exporters.ts";
import { counted } from "../report/list-text.ts";
import { redacted } from "../report/redact.ts";
import type { Arguments } from "./arguments.ts";
import { type OptionTable, type Streams, UsageError } from "./command.ts";

export const REDACT_OPTIONS = {
  redact: {
    type: "boolean",
    does: "blot out passwords and tokens in every format (default: in all but json and jsonl)",
    group: "output",
  },
  "no-redact": { type: "boolean", does: "blot out nothing", group: "output" },
} as const satisfies OptionTable;

export interface Redactor<Data> {
  (format: string): Data;
  /** How many secrets are blotted out in this format; `null` where they stay. */
  blotted(format: string): number | null;
}

/** The report, or other plain data, for each format. The number of secrets that were blotted out is told once. */
export function redactor<Data>(data: Data, args: Arguments, streams: Pick<Streams, "err">): Redactor<Data> {
  const [all, none] = [args.flag("redact"), args.flag("no-redact")];
  if (all && none) throw new UsageError("--redact or --no-redact, not both");
  const isKept = (format: string): boolean => none || (!all && exporterOf(format)?.isEvidence === true);
  let clean: ReturnType<typeof redacted<Data>> | null = null;
  const blot = (): ReturnType<typeof redacted<Data>> => {
    if (clean !== null) return clean;
    clean = redacted(data);
    if (clean.count > 0 && !args.flag("quiet"))
      streams.err(
        `timerwarden: ${counted(clean.count, "secret")} (passwords, tokens) blotted out (--no-redact keeps them)\n`,
      );
    return clean;
  };
  return Object.assign((format: string) => (isKept(format) ? data : blot().data), {
    blotted: (format: string) => (isKept(format) ? null : blot().count),
  });
}
