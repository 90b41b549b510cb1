import { openDirectory } from "../../hosts/directory.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { type Inventory, readInventory } from "../../inventory/inventory.ts";
import type { TimerRecord } from "../../inventory/timer-record.ts";
import { openUnitFileStates } from "../../manager/unit-file-state.ts";
import { type Column, table } from "../../report/table.ts";
import { visible } from "../../report/visible.ts";
import { nextElapse } from "../../time/calendar-next.ts";
import { formatSystemdVersion } from "../../time/systemd-version.ts";
import { formatTimespan } from "../../time/timespan-format.ts";
import { VERSION } from "../../version.ts";
import { parseCommand } from "../arguments.ts";
import { type Command, RunError, UsageError } from "../command.ts";
import { calendarAnswers, loadedTimers, localVersion, unitFiles } from "../local-systemd.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";

/** One question put to both. */
interface Comparison {
  readonly question: string;
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** Why it could not be asked; then `compared` is 0. */
  readonly skipped: string | null;
}

interface Difference {
  readonly what: string;
  readonly ours: string;
  readonly systemd: string;
}

const FORMATS = ["table", "json"];

export const doctor: Command = {
  name: "doctor",
  summary: "Compare our answers with this machine's own systemd; rights and coverage",
  usage: "timerwarden doctor [--root DIR]",
  examples: [
    { line: "timerwarden doctor", does: "unit list, states, schedules, effective values, next elapses" },
    {
      line: "timerwarden doctor --root /mnt/image",
      does: "the same questions about an image, where systemd answers them",
    },
  ],
  formats: FORMATS,
  options: {
    root: { type: "string", value: "DIR", does: "compare on this root instead of the running system" },
    ...OUTPUT_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const [stray] = given.positionals;
    if (stray !== undefined)
      throw new UsageError(`doctor: names no target, not ${JSON.stringify(stray)}; for an image: --root DIR`);
    const [output] = outputsOf(given, FORMATS);
    const root = given.text("root");
    const host = openDirectory(root ?? "/", root === null ? "host:" : `root:${root}`, root === null);
    const local = localVersion();
    if (local === null) throw new RunError("doctor: this machine has no systemctl to compare with");
    const zones = zonesOf(host, openDirectory("/", "host:", true));
    const inventory = readInventory(host, { zones, nowUsec: Date.now() * 1000 });
    const comparisons = [
      states(inventory, root ?? "/", "system"),
      states(inventory, root ?? "/", "global-user"),
      calendars(inventory),
      ...(root === null ? live(inventory) : []),
    ];
    const facts = {
      timerwarden: VERSION,
      systemd: local,
      semantics: `${formatSystemdVersion(inventory.version)} (${inventory.versionEvidence})`,
      root: process.getuid?.() === 0,
      gaps: inventory.gaps(),
    };
    const text =
      output?.format === "json"
        ? `${JSON.stringify({ schema: "timerwarden/doctor", version: "1.0", ...facts, comparisons }, null, 2)}\n`
        : [...doctorText(facts, comparisons)].join("");
    writeOutput(output ?? { format: "table", file: null }, text, streams);
    return comparisons.some(({ differences }) => differences.length > 0) ? 1 : 0;
  },
};

function states(inventory: Inventory, root: string, scope: "system" | "global-user"): Comparison {
  const question = `unit files and their states, ${scope}`;
  const theirs = unitFiles(root, scope === "global-user");
  const manager = inventory.managers.find((candidate) => candidate.scope.kind === scope);
  if (theirs === null || manager === undefined) return skipped(question, "systemctl did not answer");
  const ours = new Map(
    openUnitFileStates(manager)
      .list()
      .map(({ name, state }) => [name, state as string]),
  );
  const expected = new Map(theirs.map(({ name, state }) => [name, state]));
  const differences: Difference[] = [];
  for (const name of new Set([...ours.keys(), ...expected.keys()])) {
    const [our, their] = [ours.get(name) ?? "not listed", expected.get(name) ?? "not listed"];
    if (our !== their) differences.push({ what: name, ours: our, systemd: their });
  }
  return { question, compared: expected.size, differences, skipped: null };
}

function calendars(inventory: Inventory): Comparison {
  const question = "calendar expressions: normal form and next elapse";
  const values = inventory.timers.flatMap(({ timer }) =>
    (timer?.values ?? []).flatMap((value) => (value.directive === "OnCalendar" ? [value] : [])),
  );
  const nowUsec = Math.floor(inventory.nowUsec / 1e6) * 1e6;
  const theirs = calendarAnswers(
    values.map(({ text }) => text),
    nowUsec,
  );
  if (theirs === null) return skipped(question, "systemd-analyze is not installed");
  const differences: Difference[] = [];
  for (const [at, { text, normalized, calendar }] of values.entries()) {
    const their = theirs[at];
    const found = nextElapse(calendar, nowUsec, inventory.zones, inventory.version);
    const ours = `${normalized} · ${found.kind === "elapse" ? Math.floor(found.usec / 1e6) : "never"}`;
    const answer = their
      ? `${their.normalized} · ${their.nextUsec === null ? "never" : their.nextUsec / 1e6}`
      : "refused";
    if (ours !== answer) differences.push({ what: text, ours, systemd: answer });
  }
  return { question, compared: values.length, differences, skipped: null };
}

function live(inventory: Inventory): readonly Comparison[] {
  const timers = loadedTimers();
  const questions = ["effective values of loaded timers", "next elapses of loaded timers"] as const;
  if (timers === null)
    return questions.map((question) => skipped(question, "no system manager is running here"));
  const records = new Map(
    inventory.timers
      .filter(({ scope }) => scope === "system")
      .map((record) => [record.loaded.primaryId, record]),
  );
  const values: Difference[] = [];
  const elapses: Difference[] = [];
  for (const theirs of timers) {
    const record = records.get(theirs.unit);
    if (record?.timer == null) {
      if (theirs.fragmentPath !== "")
        values.push({ what: theirs.unit, ours: "not known", systemd: theirs.fragmentPath });
      continue;
    }
    const { loaded, timer, activates } = record;
    const pairs: readonly (readonly [string, string, string])[] = [
      ["FragmentPath", realOf(inventory, loaded.path ?? ""), realOf(inventory, theirs.fragmentPath)],
      ["DropInPaths", loaded.dropIns.map(({ path }) => path).join(" "), theirs.dropInPaths.join(" ")],
      ["Triggers", activates ?? "", theirs.triggers],
      ["TimersCalendar", calendarsOf(record), theirs.calendars.join(" | ")],
      ["AccuracyUSec", formatTimespan(timer.accuracyUsec), theirs.accuracy],
    ];
    for (const [key, ours, systemd] of pairs)
      if (ours !== systemd) values.push({ what: `${theirs.unit} ${key}`, ours, systemd });
    const { earliestUsec, latestUsec } = record.next;
    if (theirs.nextUsec === null || earliestUsec === null || latestUsec === null) continue;
    if (theirs.nextUsec < earliestUsec - 1e6 || theirs.nextUsec > latestUsec + 1e6)
      elapses.push({
        what: theirs.unit,
        ours: `${iso(earliestUsec)} to ${iso(latestUsec)}`,
        systemd: iso(theirs.nextUsec),
      });
  }
  const compared = timers.length;
  return [
    { question: questions[0], compared, differences: values, skipped: null },
    { question: questions[1], compared, differences: elapses, skipped: null },
  ];
}

function realOf(inventory: Inventory, path: string): string {
  const real = inventory.host.realPath(path);
  return real.kind === "present" ? real.value : path;
}

function calendarsOf({ timer }: TimerRecord): string {
  return (timer?.values ?? [])
    .flatMap((value) => (value.directive === "OnCalendar" ? [value.normalized] : []))
    .join(" | ");
}

function iso(usec: number): string {
  return new Date(usec / 1000).toISOString();
}

function skipped(question: string, why: string): Comparison {
  return { question, compared: 0, differences: [], skipped: why };
}

const COLUMNS: readonly Column<Comparison>[] = [
  { title: "QUESTION", cell: ({ question }) => question },
  { title: "COMPARED", cell: ({ compared }) => String(compared), right: true },
  { title: "DIFFERENT", cell: ({ differences }) => String(differences.length), right: true },
  { title: "", cell: (row) => row.skipped ?? (row.differences.length === 0 ? "same" : "look below") },
];

function* doctorText(
  facts: {
    readonly systemd: string;
    readonly semantics: string;
    readonly root: boolean;
    readonly gaps: readonly { readonly path: string; readonly reason: string; readonly hides: string }[];
  },
  comparisons: readonly Comparison[],
): Generator<string> {
  yield `timerwarden ${VERSION} beside ${visible(facts.systemd)}\n`;
  yield `read as systemd ${visible(facts.semantics)}\n`;
  yield facts.root
    ? "run as root: nothing is closed to us\n"
    : "not run as root: what only root may read is not seen\n";
  yield `\n${table(COLUMNS, comparisons)}`;
  for (const { question, differences } of comparisons) {
    if (differences.length > 0) yield `\n${question}\n`;
    for (const { what, ours, systemd } of differences.slice(0, 50))
      yield `  ${visible(what)}: ours ${visible(ours)}, systemd's ${visible(systemd)}\n`;
  }
  if (facts.gaps.length > 0) yield `\nnot readable\n`;
  for (const { path, reason, hides } of facts.gaps)
    yield `  ${visible(path)}: ${visible(reason)} (hides ${visible(hides)})\n`;
}
