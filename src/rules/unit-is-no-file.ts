import type { FileKind, Host } from "../hosts/host.ts";
import { scopeName } from "../manager/scope.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, timed } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { countedAt } from "./subject.ts";

/** Something with a unit's name that nobody can read to its end. */
export const unitIsNoFile: HostRule = {
  id: "unit-is-no-file",
  subject: "host",
  title: "A pipe, socket, device or loop of links lies where a unit file belongs",
  severity: "medium",
  confidence: "high",
  signal: "suspicious",
  family: "syntax",
  depth: "regular",
  techniques: ["T1562.001", "T1564"],
  controls: ["SI-4", "SI-7"],
  why: "Whatever reads every unit file stops at a pipe for ever; systemd does not read it. It is there to stop scanners, or to hand out another text to each reader.",
  benign: ["Device files as masks, which systemd takes like /dev/null (not accused)"],
  clears: "remove it, or put a unit file in its place",
  references: ["systemd src/basic/unit-file.c, unit_file_build_name_map()"],

  *check(inventory) {
    const { managers, host } = inventory;
    const seen = new Set<string>();
    for (const { searchPath, reader, scope } of managers)
      for (const { path } of searchPath)
        for (const { name, kind } of reader.list(path, "unit files in it") ?? []) {
          const file = `${path}/${name}`;
          const what = kind === "symlink" ? loopAt(host, file) : NO_FILE.has(kind) ? kind : null;
          if (what === null || parseUnitName(name) === null || seen.has(file)) continue;
          seen.add(file);
          yield {
            unit: countedAt(name, scopeName(scope), inventory),
            scope: scopeName(scope),
            says: `${file} is a ${what}, not a file`,
            evidence: [evidenceOfFile(file, `a ${kind}`)],
          };
        }
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": { kind: "fifo" },
      },
      {
        "/etc/systemd/system/a.service": { kind: "socket" },
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
      },
      { "/etc/systemd/system/a.timer": { kind: "block-device" } },
      {
        ...ACCOUNTS,
        "/etc/systemd/user/a.timer": { kind: "fifo" },
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.timer": { link: "kin.timer" },
        "/etc/systemd/system/kin.timer": { link: "job.timer" },
      }),
    ],
    finds: {
      3: [
        "suspicious medium high /etc/systemd/system/a.timer:0: /etc/systemd/system/a.timer is a block-device, not a file",
      ],
      4: [
        "suspicious medium high /etc/systemd/user/a.timer:0: /etc/systemd/user/a.timer is a fifo, not a file",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/kin.timer": { link: "job.timer" },
        "/etc/systemd/system/gone.timer": { link: "/usr/lib/systemd/system/gone.timer" },
      }),
      timed("ExecStart=/usr/bin/true"),
      { "/etc/systemd/system/a.timer": { kind: "character-device" } },
      timed("ExecStart=/usr/bin/true", { "/etc/systemd/system/bus": { kind: "socket" } }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/kin.timer": { link: "/srv/closed/kin.timer" },
        "/srv/closed": { dir: true, error: "EACCES" },
      }),
    ],
  }),
};

const NO_FILE: ReadonlySet<FileKind> = new Set(["fifo", "socket", "block-device"]);

function loopAt(host: Host, path: string): string | null {
  const real = host.realPath(path);
  return real.kind === "unreadable" && real.code === "ELOOP" ? "loop of links" : null;
}
