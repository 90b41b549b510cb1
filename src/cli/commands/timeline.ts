import { readAccounts } from "../../accounts/accounts.ts";
import type { CaseFacts } from "../../case-facts.ts";
import { readInventory } from "../../inventory/inventory.ts";
import { joinLive } from "../../live/join.ts";
import { liveStateOf } from "../../live/this-machine.ts";
import { withLive } from "../../live/with-live.ts";
import { caseLine } from "../../report/case-facts.ts";
import { visible } from "../../report/visible.ts";
import { formatTimestamp } from "../../time/timestamp-format.ts";
import type { TimeZone } from "../../time/zone.ts";
import type { TimelineEvent } from "../../timeline/event.ts";
import { bodyFile, calendarFile, timelineJsonLines } from "../../timeline/export.ts";
import { DAY_USEC, timelineOf } from "../../timeline/timeline.ts";
import { timesketchCsv, timesketchJsonLines } from "../../timeline/timesketch.ts";
import { parseCommand } from "../arguments.ts";
import { CASE_OPTIONS, caseOf, caseOfRecording } from "../case.ts";
import { type Command, UsageError } from "../command.ts";
import { momentOf } from "../moment.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { REDACT_OPTIONS, redactor } from "../redact.ts";
import { mustRunByItself, openOne, STYLE_OPTIONS, settle, styleOf, TARGET_OPTIONS } from "../target.ts";

const FORMATS = ["text", "jsonl", "timesketch", "timesketch-csv", "bodyfile", "ics"];

export const timeline: Command = {
  name: "timeline",
  summary: "What happened to the things that run by themselves, and when they run next",
  usage: "timerwarden timeline [TARGET] [--since TIME] [--until TIME] [options]",
  examples: [
    { line: "timerwarden timeline", does: "the last week and the next day of this host" },
    { line: "timerwarden timeline --since 2026-11-01 root:/mnt", does: "evidence, from a moment on" },
    {
      line: "timerwarden timeline --since @0 -o timesketch=web.jsonl web.tar.gz",
      does: "everything, for Timesketch",
    },
    { line: "timerwarden timeline --until +30d -o ics=timers.ics", does: "the next month as a calendar" },
  ],
  operands: [["TARGET"]],
  formats: FORMATS,
  options: {
    since: { type: "string", value: "TIME", does: "from this moment on (default a week ago)" },
    until: { type: "string", value: "TIME", does: "up to this moment (default a day ahead)" },
    ...CASE_OPTIONS,
    ...OUTPUT_OPTIONS,
    ...REDACT_OPTIONS,
    ...TARGET_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const outputs = outputsOf(given, FORMATS);
    const said = caseOf(given);
    const { host, zones, nowUsec, version, scopes } = await openOne(given.positionals, given, streams);
    mustRunByItself({ host });
    const sinceUsec = momentOf(given, "since", nowUsec, zones) ?? nowUsec - 7 * DAY_USEC;
    const untilUsec = momentOf(given, "until", nowUsec, zones) ?? nowUsec + DAY_USEC;
    if (untilUsec < sinceUsec) throw new UsageError("timeline: --until is before --since");
    const state = await liveStateOf(host, readAccounts(host), nowUsec);
    const { events, notes } = await settle(host, () => {
      const files = readInventory(host, { zones, nowUsec, version, scopes });
      const inventory = state === null ? files : withLive(files, joinLive(files, state));
      return timelineOf(inventory, { sinceUsec, untilUsec, journal: state?.journal ?? [] });
    });
    const { zone } = styleOf(given, streams, zones);
    const matter = said ?? caseOfRecording(host);
    const forFormat = redactor(events, given, streams);
    for (const output of outputs)
      writeOutput(
        output,
        textOf(output.format, forFormat(output.format), { nowUsec, zone, matter }),
        streams,
      );
    if (!given.flag("quiet"))
      for (const note of [...(state?.notes ?? []), ...notes]) streams.err(`timerwarden: ${visible(note)}\n`);
    return 0;
  },
};

interface Drawing {
  readonly nowUsec: number;
  readonly zone: TimeZone;
  readonly matter: CaseFacts | null;
}

function textOf(format: string, events: readonly TimelineEvent[], drawing: Drawing): Iterable<string> {
  if (format === "jsonl") return timelineJsonLines(events);
  if (format === "timesketch") return timesketchJsonLines(events);
  const harmless = events.map((event) => ({
    ...event,
    says: visible(event.says),
    unit: event.unit === null ? null : visible(event.unit),
    path: event.path === null ? null : visible(event.path),
    package: event.package === null ? null : visible(event.package),
    source: visible(event.source),
  }));
  if (format === "timesketch-csv") return timesketchCsv(harmless);
  if (format === "bodyfile") return bodyFile(harmless);
  if (format === "ics") return calendarFile(harmless, drawing.nowUsec);
  return plainLines(harmless, drawing);
}

/** One line an event, a mark at now. */
function* plainLines(
  events: readonly TimelineEvent[],
  { nowUsec, zone, matter }: Drawing,
): Generator<string> {
  yield* caseLine({ case: matter ?? undefined });
  let isPast = true;
  for (const { usec, untilUsec, kind, says, source } of events) {
    if (isPast && usec > nowUsec) {
      isPast = false;
      yield `${formatTimestamp(nowUsec, zone)}  now\n`;
    }
    const end = untilUsec === null ? "" : ` (until ${formatTimestamp(untilUsec, zone)})`;
    yield `${formatTimestamp(usec, zone)}  ${kind.padEnd(19)} ${says}${end}  [${source}]\n`;
  }
  if (isPast) yield `${formatTimestamp(nowUsec, zone)}  now\n`;
}
