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

/** The report, or other plain data, for each format. The number of secrets that were blotted out is told once. */
export function redactor<Data>(
  data: Data,
  args: Arguments,
  streams: Pick<Streams, "err">,
): (format: string) => Data {
  const [all, none] = [args.flag("redact"), args.flag("no-redact")];
  if (all && none) throw new UsageError("--redact or --no-redact, not both");
  let clean: Data | null = null;
  return (format) => {
    if (none || (!all && exporterOf(format)?.isEvidence === true)) return data;
    if (clean === null) {
      const result = redacted(data);
      clean = result.data;
      if (result.count > 0 && !args.flag("quiet"))
        streams.err(
          `timerwarden: ${counted(result.count, "secret")} (passwords, tokens) blotted out (--no-redact keeps them)\n`,
        );
    }
    return clean;
  };
}
