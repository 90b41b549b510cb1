import { readAccounts } from "../../accounts/accounts.ts";
import { CHECKS } from "../../controls/index.ts";
import { runCheck } from "../../controls/run-check.ts";
import { subjectOf } from "../../controls/subject.ts";
import { collectionBytes } from "../../hosts/collect.ts";
import { openDirectory } from "../../hosts/directory.ts";
import { type Recorder, type Recording, recordingHost } from "../../hosts/recording.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { readInventory, runsByItself } from "../../inventory/inventory.ts";
import { joinLive } from "../../live/join.ts";
import type { LiveState } from "../../live/live-state.ts";
import { LIVE_ATTACHMENT, liveStateOf } from "../../live/this-machine.ts";
import { withLive } from "../../live/with-live.ts";
import { auditReport, listReport } from "../../report/build.ts";
import { judge } from "../../rules/judge.ts";
import type { Zones } from "../../time/zone.ts";
import { DAY_USEC, timelineOf } from "../../timeline/timeline.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { CASE_ATTACHMENT, CASE_OPTIONS, caseOf, caseOfRecording } from "../case.ts";
import { type Command, type Streams, UsageError } from "../command.ts";
import {
  mustRunByItself,
  type OpenedTarget,
  openOne,
  STYLE_OPTIONS,
  settle,
  TARGET_OPTIONS,
} from "../target.ts";
import { writeWholeFile } from "../whole-file.ts";

export const OUT_OPTION = {
  out: {
    type: "string",
    short: "O",
    value: "FILE",
    does: "the file to write, - for standard output (default named after host and time)",
  },
} as const;

export const collect: Command = {
  name: "collect",
  summary: "One small evidence archive of a host, from which every other command gives the same answers",
  usage: "timerwarden collect [-O FILE] [TARGET]",
  examples: [
    { line: "timerwarden collect", does: "this host, into timerwarden-HOST-TIME.tar.gz here" },
    {
      line: "timerwarden collect -O web-03.tar.gz root:/mnt",
      does: "mounted evidence, cut down to what counts",
    },
    { line: "timerwarden audit web-03.tar.gz", does: "the same findings, anywhere" },
    {
      line: "ssh web-03 sudo timerwarden collect -O - > web-03.tar.gz",
      does: "nothing is left on the host",
    },
  ],
  operands: [["TARGET"]],
  options: { ...OUT_OPTION, ...CASE_OPTIONS, ...TARGET_OPTIONS, quiet: STYLE_OPTIONS.quiet },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const recording = await takeRecording(given, streams);
    writeRecording(collectionBytes(recording), "tar.gz", recording, given, streams);
    return 0;
  },
};

/** Reads a target as every command would, with the widest options, and keeps what that took. */
export async function takeRecording(given: Arguments, streams: Streams): Promise<Recording> {
  const matter = caseOf(given);
  const opened = await openOne(given.positionals, given, streams);
  mustRunByItself(opened);
  const recording = await recordingOf(opened, given.text("tz"));
  const facts = matter ?? caseOfRecording(opened.host);
  if (facts === null) return recording;
  const attachments = new Map([...recording.attachments, [CASE_ATTACHMENT, JSON.stringify(facts)]]);
  return { ...recording, attachments };
}

/** The same of an opened target; `tz` as `--tz` gave it. */
export async function recordingOf(
  { host, nowUsec, version }: Pick<OpenedTarget, "host" | "nowUsec" | "version">,
  tz: string | null,
): Promise<Recording> {
  const recorder = recordingHost(host);
  const fallback = openDirectory("/", "host:", true);
  const state = await liveStateOf(host, readAccounts(recorder), nowUsec);
  await settle(host, () => {
    // Zones remember what they could not read, so each pass has its own.
    readEverything(recorder, zonesOf(recorder, fallback, tz ?? undefined), { nowUsec, version, state });
  });
  const attachments = new Map(state === null ? [] : [[LIVE_ATTACHMENT, JSON.stringify(state)]]);
  return recorder.record(nowUsec, attachments);
}

/** Asks for all that any command may ask for. */
function readEverything(
  recorder: Recorder,
  zones: Zones,
  {
    nowUsec,
    version,
    state,
  }: Pick<OpenedTarget, "nowUsec" | "version"> & { readonly state: LiveState | null },
): void {
  runsByItself(recorder);
  const files = readInventory(recorder, { zones, nowUsec, version, scopes: "all" });
  const inventory = state === null ? files : withLive(files, joinLive(files, state));
  listReport(inventory);
  auditReport(inventory, judge(inventory, { depth: "everything" }));
  const subject = subjectOf(inventory);
  for (const check of CHECKS) runCheck(check, subject);
  timelineOf(inventory, { sinceUsec: 0, untilUsec: nowUsec + DAY_USEC, journal: [] });
}

/** Writes the result and says on stderr what it is. */
export function writeRecording(
  bytes: Uint8Array,
  suffix: string,
  recording: Recording,
  given: Arguments,
  streams: Streams,
): void {
  const out = given.text("out");
  if (out === "-" && streams.isTerminal)
    throw new UsageError("-O -: a terminal is no place for evidence; send it into a pipe or name a file");
  const file = out ?? defaultName(recording, suffix);
  // As secret as what it holds.
  if (file === "-") streams.out(bytes);
  else writeWholeFile(file, [bytes], 0o600);
  if (given.flag("quiet")) return;
  const size =
    bytes.length > 2 ** 20
      ? `${(bytes.length / 2 ** 20).toFixed(1)} MiB`
      : `${Math.ceil(bytes.length / 1024)} KiB`;
  const missing = recording.gaps.length === 0 ? "" : `, ${recording.gaps.length} things could not be read`;
  streams.err(
    `wrote ${file === "-" ? "to standard output" : file}: ${recording.entries.size} paths, ${size}${missing}\n`,
  );
}

function defaultName({ entries, takenUsec }: Recording, suffix: string): string {
  const name = Buffer.from(entries.get("/etc/hostname")?.content ?? [])
    .toString("latin1")
    .trim()
    .replace(/[^A-Za-z0-9.-]/g, "")
    .slice(0, 64);
  const time = new Date(takenUsec / 1000).toISOString().replace(/[-:]|\.\d+/g, "");
  return `timerwarden-${name.replace(/^\.+/, "") || "host"}-${time}.${suffix}`;
}
