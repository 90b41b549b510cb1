/** `timerwarden timespan`: what a span of time means to systemd. */

import type { Problem } from "../../parsed.ts";
import { visible } from "../../report/visible.ts";
import { parseTimespan } from "../../time/timespan.ts";
import { formatTimespan } from "../../time/timespan-format.ts";
import { USEC_INFINITY } from "../../time/usec.ts";
import { parseCommand } from "../arguments.ts";
import { caret } from "../caret.ts";
import { type Command, UsageError } from "../command.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";

const FORMATS = ["text", "json"];

export const timespan: Command = {
  name: "timespan",
  summary: "What a span of time means to systemd",
  usage: "timerwarden timespan [OPTION…] SPAN…",
  examples: [
    { line: "timerwarden timespan '1h 30min'", does: "in microseconds and in systemd's own words" },
    { line: "timerwarden timespan -o json 5M 5m", does: "for programs: months and minutes told apart" },
  ],
  formats: FORMATS,
  options: OUTPUT_OPTIONS,
  run(args, streams) {
    const parsed = parseCommand(timespan, args, streams.env);
    const outputs = outputsOf(parsed, FORMATS);
    if (parsed.positionals.length === 0)
      throw new UsageError("timespan: name at least one span, such as '1h 30min'");
    const answers = parsed.positionals.map(answer);
    for (const output of outputs)
      writeOutput(
        output,
        output.format === "json" ? asJson(answers) : answers.map(asText).join("\n"),
        streams,
      );
    const wanted = outputs.every(({ format }) => format === "json");
    return !wanted && answers.some(({ problem }) => problem !== null) ? 2 : 0;
  },
};

interface Answer {
  readonly input: string;
  readonly usec: bigint | null;
  readonly problem: Problem | null;
}

function answer(input: string): Answer {
  const span = parseTimespan(input);
  return span.ok ? { input, usec: span.value, problem: null } : { input, usec: null, problem: span.problem };
}

function asText({ input, usec, problem }: Answer): string {
  if (usec === null) return problem === null ? "" : caret("not a time span", input, problem);
  const micro = usec === USEC_INFINITY ? "infinity" : `${usec} µs`;
  return `${visible(input)}  →  ${formatTimespan(usec)}    ${micro}\n`;
}

/** Written by hand because a span may be bigger than JSON.stringify can say exactly. */
function asJson(answers: readonly Answer[]): string {
  const items = answers.map(({ input, usec, problem }) => {
    const number = usec === USEC_INFINITY ? '"infinity"' : String(usec);
    const human = usec === null ? null : formatTimespan(usec);
    const error = problem === null ? null : problem.message;
    return [
      "  {",
      `    "input": ${JSON.stringify(input)},`,
      `    "usec": ${number},`,
      `    "human": ${JSON.stringify(human)},`,
      `    "error": ${JSON.stringify(error)}`,
      "  }",
    ].join("\n");
  });
  return `[\n${items.join(",\n")}\n]\n`;
}
