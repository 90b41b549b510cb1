import { AUDIT_REPORT, LIST_REPORT } from "../../report/envelope.ts";
import { parseCommand } from "../arguments.ts";
import { type Command, UsageError } from "../command.ts";

const SCHEMAS = { audit: AUDIT_REPORT, list: LIST_REPORT } as const;

export const schema: Command = {
  name: "schema",
  summary: "The JSON Schema of an output",
  usage: "timerwarden schema audit|list",
  examples: [
    { line: "timerwarden schema audit", does: "what `audit -o json` promises (JSON Schema 2020-12)" },
  ],
  operands: [["audit", "list"]],
  options: {},

  async run(args, streams) {
    const { positionals } = parseCommand(this, args, streams.env);
    const [name = ""] = positionals;
    if (!Object.hasOwn(SCHEMAS, name) || positionals.length !== 1)
      throw new UsageError(`schema: name one of ${Object.keys(SCHEMAS).join(" ")}`);
    const { toJsonSchema } = await import("@valibot/to-json-schema");
    const document = toJsonSchema(SCHEMAS[name as keyof typeof SCHEMAS], { target: "draft-2020-12" });
    streams.out(
      `${JSON.stringify({ $id: `timerwarden/${name}/1.0`, title: `timerwarden ${name}`, ...document }, null, 2)}\n`,
    );
    return 0;
  },
};
