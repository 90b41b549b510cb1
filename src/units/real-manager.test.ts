import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { SEED } from "../../test/seed.ts";
import { type ManagerContext, ROOT_USER, UNKNOWN_HOST } from "../syntax/specifier.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { templateOf } from "../syntax/unit-name.ts";
import { encodeUtf8 } from "../syntax/utf8.ts";
import { parseSystemdVersion } from "../time/systemd-version.ts";
import { UTC_ONLY } from "../time/zone.ts";
import { compareBytes, dropInDirectories, orderDropIns } from "./drop-in.ts";
import { type Service, serviceOf } from "./service.ts";
import { type Timer, timerOf } from "./timer.ts";
import { mergeUnit, type Unit, type UnitSource, value } from "./unit.ts";

const SCRIPT = join(import.meta.dirname, "../../../shared/systemd-sandbox.sh");

/** Where the generated units are seen inside the sandbox. */
const UNIT_DIRECTORY = "/usr/local/lib/systemd/system";

/** The properties of one unit as D-Bus gives them, numbers beyond 2^53 as text. */
type Properties = ReadonlyMap<string, unknown>;

/** Why no sandbox can be had; null if one can. */
function whyNoSandbox(): string | null {
  if (process.getuid?.() !== 0) return "not root";
  if (!existsSync(SCRIPT)) return "no sandbox script";
  return existsSync("/usr/bin/busctl") ? null : "no busctl";
}

interface Answers {
  readonly version: string;
  readonly properties: ReadonlyMap<string, Properties>;
}

/** Boots a real systemd over the given files, loads the named units, and asks for all their properties. */
function askManager(files: ReadonlyMap<string, Uint8Array>, names: readonly string[]): Answers {
  const home = mkdtempSync(join(tmpdir(), "timerwarden-manager-"));
  const units = join(home, "units");
  const state = join(home, "state");
  mkdirSync(units);
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(units, path)), { recursive: true });
    writeFileSync(join(units, path), bytes);
  }
  const sandbox = (...words: string[]): string =>
    execFileSync(SCRIPT, words, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
  try {
    sandbox("start", "-s", state, "-b", `${units}:${UNIT_DIRECTORY}:ro`);
    const version = sandbox("exec", "-s", state, "--", "systemctl", "--version");
    const ask = `while read -r path; do busctl --json=short call org.freedesktop.systemd1 "$path" \
      org.freedesktop.DBus.Properties GetAll s ""; done`;
    const paths = names.map((name) => `echo '${objectPath(name)}'`).join("\n");
    writeFileSync(join(units, "ask"), `{ ${paths}\n} | ${ask}\n`);
    const answers = sandbox("exec", "-s", state, "-w", "900", "--", "bash", `${UNIT_DIRECTORY}/ask`);
    const lines = answers.trim().split("\n");
    return { version, properties: new Map(names.map((name, at) => [name, propertiesOf(lines[at] ?? "{}")])) };
  } finally {
    spawnSync(SCRIPT, ["stop", "-s", state]);
    rmSync(home, { recursive: true, force: true });
  }
}

/** `bus_path_escape()`: everything but letters and digits as `_xx`. */
function objectPath(name: string): string {
  const escaped = name.replace(
    /[^A-Za-z0-9]|^[0-9]/g,
    (c) => `_${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `/org/freedesktop/systemd1/unit/${escaped}`;
}

function propertiesOf(line: string): Properties {
  const safe = line.replace(/(?<=[[,:])\d{16,}(?=[\],}])/g, '"$&"');
  const reply = JSON.parse(safe) as { data: [Record<string, { data: unknown }>] };
  return new Map(Object.entries(reply.data[0]).map(([key, { data }]) => [key, data]));
}

const TIMES = Math.max(1, Number(process.env["TIMERWARDEN_DIFF"] ?? 1));
const PAIRS = 200 * TIMES;
const ODD_FILES = 80 * TIMES;

/** A small generator of repeatable choices (mulberry32). */
function chooser(seed: number): <T>(from: readonly T[]) => T {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return (from) => from[Math.floor(next() * from.length)] as (typeof from)[number];
}

const BLANKS = ["", "", "", " ", "\t"];
const NOISE = [
  "",
  "# note",
  "; note \\",
  "[X-Other]\nOnCalendar=hourly",
  "no equals sign",
  "=value",
  "X-Key=1",
  "Unknown=1",
  "[Strange]\nUser=root",
];
const UNIT_LINES = [
  "Wants=x1.service x2.service",
  'Wants="x1.service" x3.service',
  "Wants=x%i.service x@.service",
  "Wants=",
  "Wants=x7.service\\x20 x8.serv\\\\ice x9.service",
  "Wants=x@y@z.service @.service",
  "Wants=bad%Zname.service x4.service",
  "Requires=x5.service x1@%j.service",
  "OnFailure=f1.service f@.service",
  "OnFailure=\\\n  f2.service \\\n# between\n  f3.service",
  "OnSuccess=s1.service",
  "PartOf=x6.service",
  "ConditionPathExists=/etc/passwd",
  "ConditionPathExists=|!/nowhere//x",
  "ConditionPathExists=| /nowhere",
  "ConditionHost=| ! host%p",
  "ConditionHost=",
  "ConditionFirstBoot=maybe",
  "Description=words %n and %%",
  "Description=",
  "Documentation=man:x(1)",
];
const TIMER_LINES = [
  "OnCalendar=daily",
  "OnCalendar=Mon..Fri *-*-* 06:00",
  "OnCalendar=*:0/5",
  "OnCalendar=2099-%i-01",
  'OnCalendar="daily"',
  "OnCalendar=daily # remark",
  "OnCalendar=",
  "OnBootSec=5min",
  "OnBootSec=1h 30m",
  "OnActiveSec=infinity",
  "OnUnitActiveSec=1d",
  "OnUnitInactiveSec=bogus",
  "OnStartupSec=",
  "AccuracySec=1us",
  "AccuracySec=",
  "AccuracySec=never",
  "RandomizedDelaySec=2 h",
  "FixedRandomDelay=TRUE",
  "Persistent=On",
  "Persistent=maybe",
  "RemainAfterElapse=0",
  "WakeSystem=f",
  "OnClockChange=yes",
  "OnTimezoneChange=y",
  "Unit=x1.service",
  "Unit=x@.service",
  "Unit=x%i.target",
  "Unit=",
  "Unit=no such",
  "Unit=%n",
  "onCalendar=hourly",
];
const SERVICE_LINES = [
  "ExecStart=/bin/echo a b",
  "ExecStart=/bin/echo one ; /bin/echo two \\; three",
  "ExecStart=-/bin/echo 'a b' \"c\\x41\\u00e9\"",
  "ExecStart=@/bin/sh name -c 'exit 0'",
  "ExecStart=+/bin/echo %n %p %i %j %J %P",
  "ExecStart=-bin/relative",
  "ExecStart=bin/relative",
  "ExecStart=",
  "ExecStart=:/bin/echo $HOME \\\n  second\\ word \\\n; gone\n  third",
  "ExecStart=/bin//echo /./x %%",
  "ExecStart=/bin/echo 100% %1",
  "ExecStart=-/bin/echo %Z",
  'ExecStart="/bin/echo',
  "ExecStart=-/bin/echo 'open",
  "ExecStart=!!/bin/echo a",
  "ExecStartPre=/bin/echo pre",
  "ExecStartPre=",
  "ExecStartPost=/bin/echo post %t %S",
  "ExecStop=/bin/echo stop",
  "ExecStopPost=-/bin/echo stop ; bin/x",
  "ExecReload=/bin/echo ;; x",
  "ExecCondition=/bin/true",
  "Type=oneshot",
  "Type=oneshot",
  "Type=simple",
  "Type=",
  "Type=strange",
  "RemainAfterExit=yes",
  "Restart=always",
  "Restart=on-failure",
  "User=nobody",
  "User=",
  "User=bad:name",
  "User=1000",
  "Group=games",
  "DynamicUser=no",
  "Environment=A=1 B=2",
  'Environment=\'C=x y\' "D=\\"q\\"" 9=x E',
  "Environment=A=other %p=1",
  "Environment=F=\\q G=1",
  "Environment=",
  "EnvironmentFile=-/etc/default/x",
  "EnvironmentFile=/etc/%p.env",
  "EnvironmentFile=relative",
  "EnvironmentFile=",
  "PassEnvironment=TERM 9x LANG",
  "UnsetEnvironment=A B=2",
  "ExecStart=/bin/echo %f",
  "ExecStartPre=/bin/echo %I %P",
  "SupplementaryGroups=games",
  "SupplementaryGroups=a:b",
  "StandardOutput=file:relative",
  "StandardInput=data",
  "RootDirectory=relative",
  "ExitType=cgroup",
  "Restart=never",
  "RestartForceExitStatus=1",
  "ExecSearchPath=/a:/b",
  "WorkingDirectory=/var//lib",
  "WorkingDirectory=-/nowhere",
  "WorkingDirectory=~",
  "WorkingDirectory=relative",
  "StandardInputText=a\\tb \"q\" 'x' %n",
  "StandardInputData=aGkK",
  "StandardInputText=",
  "BindPaths=/a:/b -/c",
  "BindReadOnlyPaths=/d",
  "BusName=org.example.test",
  "SuccessAction=none",
  "PAMName=login",
  "KillMode=process",
];
const HARD_LINES = ['[Bad"header]', "[Unclosed", "\u0000", "\r", "\ufeff", "\\"];

/** What files about syntax itself are made of: anything may follow anything. */
const RAW_PIECES = [
  "[Timer]\n",
  "[Unit]\n",
  "[Timer]\r",
  "[Unit]\0",
  "[X-a]\n",
  "[Odd]\n",
  "OnBootSec=1\n",
  "OnBootSec=2",
  "OnActiveSec=3\r",
  "OnUnitActiveSec=4\0",
  "Description=a b",
  "Description=é\n",
  "Description=x\r\n",
  "Description=q\n\r",
  "\\",
  "\\\n",
  "\\\n",
  " \\ \n",
  "\n",
  "\n",
  "\r",
  "\0",
  "#",
  ";c\n",
  " # c\\\n",
  "\ufeff",
  "=",
  " ",
  "\t",
];
const RAW_RARE = ["\udcff", "\ufffe", "[", "]", "[a'b]\n", "[]\n", "# \udc80\n"];

interface Case {
  readonly id: string;
  readonly file: string;
}

function caseOf(index: number, type: "timer" | "service"): Case {
  if (index % 5 === 0) return { id: `tw-${index}@0${(index % 9) + 1}.${type}`, file: `tw-${index}@.${type}` };
  if (index % 7 === 0) return { id: `tw-deep-x${index}.${type}`, file: `tw-deep-x${index}.${type}` };
  return { id: `tw${index}.${type}`, file: `tw${index}.${type}` };
}

type Choose = ReturnType<typeof chooser>;

function section(choose: Choose, name: string, from: readonly string[], count: number): string {
  let text = `[${name}]\n`;
  for (let line = 0; line < count; line++) {
    const [key = "", ...rest] = choose(from).split("=");
    const assignment = rest.length === 0 ? key : `${key}${choose(BLANKS)}=${choose(BLANKS)}${rest.join("=")}`;
    text += `${choose(BLANKS)}${assignment}${choose(BLANKS)}${choose(["\n", "\n", "\n", "\r\n"])}`;
    if (choose([0, 0, 0, 0, 0, 1]) === 1) text += `${choose(NOISE)}\n[${name}]\n`;
  }
  if (choose([...Array(30).keys()]) === 0) text += `${choose(HARD_LINES)}\n`;
  return text;
}

function fileOf(choose: Choose, type: "timer" | "service", isDropIn: boolean): string {
  const own = type === "timer" ? TIMER_LINES : SERVICE_LINES;
  const start = type === "timer" ? "[Timer]\nOnCalendar=weekly\n" : "[Service]\nExecStart=/bin/echo base\n";
  const lead = isDropIn || choose([0, 0, 0, 0, 1]) === 1 ? "" : start;
  const count = choose(isDropIn ? [1, 2, 3] : [0, 1, 2, 3, 4, 6]);
  const ownName = type === "timer" ? "Timer" : "Service";
  return (
    lead + section(choose, ownName, own, count) + section(choose, "Unit", UNIT_LINES, choose([0, 1, 2, 3]))
  );
}

function generate(choose: Choose): { files: Map<string, string>; cases: Case[] } {
  const files = new Map<string, string>();
  const cases: Case[] = [];
  for (let index = 0; index < PAIRS; index++) {
    for (const type of ["timer", "service"] as const) {
      const each = caseOf(index, type);
      cases.push(each);
      files.set(each.file, fileOf(choose, type, false));
      const directories = dropInDirectories([each.id], [""]).map((path) => path.slice(1));
      while (choose([0, 1, 1]) === 1) {
        const directory = choose(directories.filter((path) => !/^(tw-\.|timer|service)/.test(path)));
        const name = choose([
          "10-a.conf",
          "20-b.conf",
          "A.conf",
          "z.conf",
          ".hidden.conf",
          "x.conf~",
          "10-é.conf",
        ]);
        files.set(`${directory}/${name}`, fileOf(choose, type, true));
      }
    }
  }
  for (let index = 0; index < ODD_FILES; index++) {
    let text = "[Unit]\nDescription=first\n[Timer]\nOnBootSec=9\n";
    const length = choose([5, 10, 20, 40]);
    for (let piece = 0; piece < length; piece++) {
      text += choose([...Array(40).keys()]) === 0 ? choose(RAW_RARE) : choose(RAW_PIECES);
    }
    const id = `twraw${index}.timer`;
    cases.push({ id, file: id });
    files.set(id, text);
  }
  files.set("tw-.timer.d/50-all.conf", "[Unit]\nDescription=by prefix\n");
  files.set("service.d/10-a.conf", "[Unit]\nDocumentation=man:all(1)\n");
  return { files, cases };
}

/** What our code makes of a unit, from the same files. */
function ourUnit({ id, file }: Case, files: ReadonlyMap<string, string>, context: ManagerContext): Unit {
  const read = (path: string): ReturnType<typeof parseUnitFile> =>
    parseUnitFile(encodeUtf8(files.get(path) ?? ""), `${UNIT_DIRECTORY}/${path}`);
  const directories = dropInDirectories([id], [""]).map((path) => ({
    path: path.slice(1),
    entries: [...files.keys()]
      .filter((key) => key.startsWith(`${path.slice(1)}/`))
      .map((key) => key.slice(path.length)),
  }));
  const sources: UnitSource[] = [{ file: read(file), kind: "fragment" }];
  for (const { path } of orderDropIns(directories)) sources.push({ file: read(path), kind: "drop-in" });
  expect(file === id || file === templateOf(id)).toBe(true);
  return mergeUnit(id, sources, { context });
}

/** What both sides say, in one form. */
type View = Record<string, unknown>;

function pathsOf(unit: Unit): string[] {
  return unit.sources.filter(({ kind }) => kind === "drop-in").map(({ file }) => file.path);
}

function ourUnitView(unit: Unit, service: Service | null, loadState: string): View {
  const view: View = { loadState };
  // A file that cannot be used is not followed by its drop-ins, whose paths the manager lists nevertheless or not.
  if (unit.loadError === null) view["dropIns"] = pathsOf(unit);
  const dependencies = service?.dependencies.found ?? [];
  for (const kind of ["Wants", "OnFailure", "OnSuccess", "PartOf"]) {
    const found = dependencies.filter((each) => each.kind === kind && each.unit !== unit.id);
    view[kind] = [...new Set(found.map((each) => each.unit))].toSorted(compareBytes);
  }
  return view;
}

function theirUnitView(theirs: Properties, isService: boolean): View {
  const view: View = { loadState: theirs.get("LoadState") };
  if (theirs.get("LoadState") === "loaded" || (theirs.get("DropInPaths") as string[]).length > 0) {
    view["dropIns"] = theirs.get("DropInPaths");
  }
  for (const kind of ["Wants", "OnFailure", "OnSuccess", "PartOf"]) {
    view[kind] = isService ? [...(theirs.get(kind) as string[])].toSorted(compareBytes) : [];
  }
  return view;
}

const MONOTONIC_NAMES = (directive: string): string => directive.replace("Sec", "USec");

function ourTimerView(timer: Timer): View {
  const { unit } = timer;
  const found = timer.values;
  const description = value(unit, "Unit", "Description")?.value ?? unit.id;
  return {
    ...ourUnitView(unit, null, timer.loadError?.state ?? "loaded"),
    description: /%/.test(description) ? "" : description,
    calendar: found.flatMap((each) => (each.directive === "OnCalendar" ? [each.normalized] : [])),
    monotonic: found.flatMap((each) =>
      each.directive === "OnCalendar" ? [] : [`${MONOTONIC_NAMES(each.directive)} ${each.usec}`],
    ),
    accuracy: String(timer.accuracyUsec),
    delay: String(timer.randomizedDelayUsec),
    flags: [
      timer.fixedRandomDelay,
      timer.persistent,
      timer.wakeSystem,
      timer.remainAfterElapse,
      timer.onClockChange,
      timer.onTimezoneChange,
    ],
    triggers: timer.triggers,
  };
}

type Triple = [string, unknown, unknown];

function theirTimerView(theirs: Properties, ours: Timer): View {
  const triples = (key: string): Triple[] => [...((theirs.get(key) as Triple[] | undefined) ?? [])].reverse();
  const written = value(ours.unit, "Unit", "Description")?.value ?? "";
  return {
    ...theirUnitView(theirs, false),
    description: /%/.test(written) ? "" : theirs.get("Description"),
    calendar: triples("TimersCalendar").map(([, spec]) => spec),
    monotonic: triples("TimersMonotonic").map(([base, usec]) => `${base} ${usec}`),
    accuracy: String(theirs.get("AccuracyUSec")),
    delay: String(theirs.get("RandomizedDelayUSec")),
    flags: [
      "FixedRandomDelay",
      "Persistent",
      "WakeSystem",
      "RemainAfterElapse",
      "OnClockChange",
      "OnTimezoneChange",
    ].map((key) => theirs.get(key)),
    // A timer whose file is in error never gets as far as its default.
    triggers: theirs.get("Unit") === "" ? ours.triggers : theirs.get("Unit"),
  };
}

const EXEC_KEYS = "ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost".split(
  " ",
);

function ourServiceView(service: Service): View {
  const { unit } = service;
  const view = ourUnitView(unit, service, service.loadError?.state ?? "loaded");
  for (const key of EXEC_KEYS) {
    view[key] = (service.commands.get(key) ?? []).map(({ path, argv, flags }) => ({
      path,
      argv,
      flags: flags
        .filter((flag) => flag !== "argv0")
        .map((flag) => (flag === "fully-privileged" ? "privileged" : flag))
        .toSorted(compareBytes),
    }));
  }
  const text = service.standardInputData.map(({ text: data, encoding }) =>
    Buffer.from(data, encoding === "text" ? "utf8" : "base64"),
  );
  return {
    ...view,
    // systemd chooses the type only after all files could be read.
    type: unit.loadError === null ? service.type : "",
    user: service.user?.text ?? "",
    group: service.group?.text ?? "",
    restart: service.restart,
    remain: service.remainAfterExit,
    environment: lastOfEach(service.environment.map(({ name, value }) => `${name}=${value}`)),
    files: service.environmentFiles.map(({ path, optional }) => [path, optional]),
    pass: [...new Set(service.passEnvironment.map(({ text: name }) => name))].toSorted(compareBytes),
    unset: [...new Set(service.unsetEnvironment.map(({ text: name }) => name))].toSorted(compareBytes),
    input: [...Buffer.concat(text)],
    binds: service.bindPaths
      .map(
        ({ source, destination, optional, readOnly }) => `${readOnly} ${source} ${destination} ${optional}`,
      )
      .toSorted(compareBytes),
    conditions: service.conditions.map(({ key, parameter, trigger, negate }) => [
      key,
      trigger,
      negate,
      parameter,
    ]),
    bus: service.busName?.text ?? "",
  };
}

/** An environment as a list: a later assignment of a name takes the earlier one's place. */
function lastOfEach(assignments: readonly string[]): string[] {
  return [...new Map(assignments.map((each) => [each.split("=", 1)[0] ?? "", each])).values()].toSorted(
    compareBytes,
  );
}

type Bind = [string, string, boolean, number];

function theirServiceView(theirs: Properties, ours: Service): View {
  const view = theirUnitView(theirs, true);
  for (const key of EXEC_KEYS) {
    view[key] = (theirs.get(`${key}Ex`) as [string, string[], string[]][]).map(([path, argv, flags]) => ({
      path,
      argv,
      flags: [...flags].toSorted(compareBytes),
    }));
  }
  const binds = (key: string, readOnly: boolean): string[] =>
    (theirs.get(key) as Bind[]).map(
      ([source, destination, optional]) => `${readOnly} ${source} ${destination} ${optional}`,
    );
  return {
    ...view,
    type: ours.unit.loadError === null ? theirs.get("Type") : "",
    user: theirs.get("User"),
    group: theirs.get("Group"),
    restart: theirs.get("Restart"),
    remain: theirs.get("RemainAfterExit"),
    environment: lastOfEach(theirs.get("Environment") as string[]),
    files: theirs.get("EnvironmentFiles"),
    pass: [...(theirs.get("PassEnvironment") as string[])].toSorted(compareBytes),
    unset: [...(theirs.get("UnsetEnvironment") as string[])].toSorted(compareBytes),
    input: theirs.get("StandardInputData"),
    binds: [...binds("BindPaths", false), ...binds("BindReadOnlyPaths", true)].toSorted(compareBytes),
    conditions: (theirs.get("Conditions") as [string, boolean, boolean, string, number][])
      .map(([key, trigger, negate, parameter]) => [key, trigger, negate, parameter])
      .reverse(),
    bus: theirs.get("BusName"),
  };
}

const why = whyNoSandbox();

test.skipIf(why !== null)(
  `${PAIRS} generated timer and service pairs and ${ODD_FILES} odd files are what a real manager makes of them${why === null ? "" : ` (skipped: ${why})`}`,
  { timeout: 120_000 + PAIRS * 500 },
  () => {
    const { files, cases } = generate(chooser(SEED));
    const bytes = new Map([...files].map(([path, text]) => [path, encodeUtf8(text)]));
    const answers = askManager(
      bytes,
      cases.map(({ id }) => id),
    );
    const version = parseSystemdVersion(answers.version) ?? { major: 0, point: null };
    const context: ManagerContext = {
      manager: "system",
      user: { ...ROOT_USER, shell: "/bin/bash" },
      host: UNKNOWN_HOST,
      major: version.major,
    };
    const wrong: string[] = [];
    for (const each of cases) {
      const unit = ourUnit(each, files, context);
      const theirs = answers.properties.get(each.id) ?? new Map<string, unknown>();
      let pair: readonly [View, View];
      if (unit.name.type === "timer") {
        const timer = timerOf(unit, { zones: UTC_ONLY, version, defaultAccuracyUsec: 60_000_000n });
        pair = [ourTimerView(timer), theirTimerView(theirs, timer)];
      } else {
        const service = serviceOf(unit);
        pair = [ourServiceView(service), theirServiceView(theirs, service)];
      }
      const keys = Object.keys(pair[1]).filter(
        (key) => JSON.stringify(pair[0][key]) !== JSON.stringify(pair[1][key]),
      );
      for (const key of keys) {
        const said = unit.sources.map(
          ({ file }) => `${file.path}:\n${files.get(file.path.slice(UNIT_DIRECTORY.length + 1))}`,
        );
        wrong.push(
          `${each.id} ${key}: ours ${JSON.stringify(pair[0][key])}, real ${JSON.stringify(pair[1][key])}\n${said.join("\n")}`,
        );
      }
    }
    expect(cases.length).toBe(2 * PAIRS + ODD_FILES);
    // The comparison would say little if all went well everywhere.
    const states = cases.map(({ id }) => answers.properties.get(id)?.get("LoadState"));
    for (const state of ["loaded", "bad-setting", "error"]) {
      expect(states.filter((each) => each === state).length).toBeGreaterThan(5);
    }
    expect(wrong.slice(0, 3).join("\n\n")).toBe("");
  },
);
