/** `timerwarden calendar`: explain, check, iterate and compare calendar expressions. */
import { openDirectory } from "../../hosts/directory.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { nearest } from "../../nearest.ts";
import { nextElapses } from "../../time/calendar-next.ts";
import { parseCalendar } from "../../time/calendar-parse.ts";
import { formatCalendar } from "../../time/calendar-spec.ts";
import { fromCron } from "../../time/cron.ts";
import { DEFAULT_SYSTEMD_VERSION } from "../../time/systemd-version.ts";
import { formatRfc3339 } from "../../time/timestamp-format.ts";
import type { Zones } from "../../time/zone.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import {
  type CalendarAnswer,
  type CalendarQuestion,
  calendarText,
  comparisonText,
} from "../calendar-text.ts";
import { type Command, type Streams, UsageError } from "../command.ts";
import { momentOf } from "../moment.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { versionOf } from "../target.ts";

const MAX_ITERATIONS = 1_000_000;

const FORMATS = ["text", "json"];

export const calendar: Command = {
  name: "calendar",
  summary: "When a calendar expression elapses, or why it does not",
  usage: "timerwarden calendar [OPTION…] SPEC…",
  examples: [
    { line: "timerwarden calendar 'Mon..Fri 02:30'", does: "its normal form, words, and next elapse" },
    {
      line: "timerwarden calendar --tz Europe/Berlin --iterations 5 '*-*-* 02:30'",
      does: "five elapses, clock changes noted",
    },
    {
      line: "timerwarden calendar --from-cron '*/15 9-17 * * 1-5'",
      does: "the same schedule in systemd's language",
    },
    {
      line: "timerwarden calendar hourly --same-as '*:00'",
      does: "whether two expressions elapse at the same moments",
    },
  ],
  formats: FORMATS,
  options: {
    "base-time": { type: "string", value: "TIME", does: "count from this moment instead of now" },
    now: { type: "string", value: "TIME", does: "the same as --base-time" },
    iterations: { type: "string", value: "N", does: "how many elapses to show (default 1)" },
    timezone: { type: "string", value: "ZONE", does: "the local zone (default TZ, else this machine's)" },
    tz: { type: "string", value: "ZONE", does: "the same as --timezone" },
    systemd: { type: "string", value: "VERSION", does: "search as this systemd does (252, 257.13)" },
    "per-day": { type: "boolean", does: "count the elapses of each of the coming 14 days" },
    "same-as": { type: "string", value: "SPEC", does: "compare every SPEC with this one over ten years" },
    "from-cron": { type: "boolean", does: "the SPECs are crontab schedules: translate them first" },
    ...OUTPUT_OPTIONS,
  },
  run(args, streams) {
    const parsed = parseCommand(calendar, args, streams.env);
    const outputs = outputsOf(parsed, FORMATS);
    const question = questionOf(parsed, streams);
    const inputs = parsed.flag("from-cron") ? parsed.positionals.flatMap(translated) : parsed.positionals;
    if (inputs.length === 0)
      throw new UsageError("calendar: name at least one expression, such as 'Mon 02:30'");
    const answers = inputs.map((input) => answer(input, question));
    for (const output of outputs) {
      const text = output.format === "json" ? asJson(answers) : asText(answers, question);
      writeOutput(output, text, streams);
    }
    const onlyJson = outputs.every(({ format }) => format === "json");
    return !onlyJson && answers.some(({ problem }) => problem !== null) ? 2 : 0;
  },
};

function questionOf(parsed: Arguments, streams: Streams): CalendarQuestion {
  const zones = zonesFor(parsed.text("timezone") ?? parsed.text("tz"), streams);
  const now = Date.now() * 1000;
  const version = versionOf(parsed) ?? DEFAULT_SYSTEMD_VERSION;
  const sameAs = parsed.text("same-as");
  const other = sameAs === null ? null : parseCalendar(sameAs, zones, version);
  if (other !== null && !other.ok) throw new UsageError(`calendar: --same-as: ${other.problem.message}`);
  return {
    zones,
    baseUsec: momentOf(parsed, "base-time", now, zones) ?? momentOf(parsed, "now", now, zones) ?? now,
    iterations: iterationsOf(parsed.text("iterations")),
    version,
    perDay: parsed.flag("per-day"),
    sameAs: other === null ? null : other.value,
  };
}

function zonesFor(name: string | null, streams: Streams): Zones {
  const host = openDirectory("/", "host:", true);
  if (name === null) return zonesOf(host, null, streams.env["TZ"]);
  const zones = zonesOf(host, null, name);
  if (zones.zone(name) !== null) return zones;
  const meant = nearest(name, zones.names?.() ?? []);
  throw new UsageError(
    `calendar: unknown time zone ${JSON.stringify(name)}${meant === null ? "" : `; did you mean ${meant}?`}`,
  );
}

function iterationsOf(text: string | null): number {
  const count = text === null ? 1 : /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_ITERATIONS)
    throw new UsageError(`calendar: --iterations takes a number from 1 to ${MAX_ITERATIONS}`);
  return count;
}

function translated(line: string): readonly string[] {
  const translation = fromCron(line);
  if (translation === null)
    throw new UsageError(
      `calendar: --from-cron: ${JSON.stringify(line)} is no crontab schedule of five fields`,
    );
  if (translation.instead !== undefined)
    throw new UsageError(
      `calendar: --from-cron: ${line} has no expression; a timer says ${translation.instead}`,
    );
  return translation.expressions;
}

function answer(input: string, { zones, baseUsec, iterations, version }: CalendarQuestion): CalendarAnswer {
  const spec = parseCalendar(input, zones, version);
  if (!spec.ok) return { input, spec: null, problem: spec.problem, elapses: [], end: "never" };
  const { usec, end } = nextElapses(spec.value, baseUsec, iterations, zones, version);
  return { input, spec: spec.value, problem: null, elapses: usec, end };
}

function asJson(answers: readonly CalendarAnswer[]): string {
  const items = answers.map(({ input, spec, problem, elapses }) => ({
    input,
    normalized: spec === null ? null : formatCalendar(spec),
    elapses: elapses.map(formatRfc3339),
    error: problem === null ? null : problem.message,
  }));
  return `${JSON.stringify(items, null, 2)}\n`;
}

function asText(answers: readonly CalendarAnswer[], question: CalendarQuestion): string {
  return answers
    .map(
      (each) =>
        calendarText(each, question) + (question.sameAs === null ? "" : comparisonText(each, question)),
    )
    .join("\n");
}
