import { weakerThan } from "../accounts/principal.ts";
import { writerIndex } from "../accounts/writers.ts";
import { scopeName } from "../manager/scope.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, timed } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { standingOf } from "./standing.ts";
import { countedAt } from "./subject.ts";

/** Directories beside the units that add to a unit: drop-ins and links (systemd.unit(5)). */
const ADDS = /^(.+)\.(d|wants|requires|upholds)$/;
const ROOT = { name: "root", uid: 0 };

/** Somebody other than root decides what systemd adds to a unit of the system. */
export const unitDirectoryWritable: HostRule = {
  id: "unit-directory-writable",
  subject: "host",
  title: "A directory that adds to a unit can be changed by someone other than root",
  severity: "high",
  confidence: "high",
  signal: "weakness",
  family: "permissions",
  depth: "regular",
  techniques: ["T1543.002", "T1053.006", "T1574"],
  controls: ["AC-3", "AC-6", "CM-5"],
  why: "A file in UNIT.d changes what the unit runs, a link in UNIT.wants starts one more unit with it. Whoever may write there, or owns the place the directory leads to, gets root without touching any file of the usual directories.",
  benign: ["Directories in a store or an image that nobody can write to (not accused)"],
  clears: "make it a plain directory of root with mode 0755",
  references: ["man:systemd.unit(5)", "https://attack.mitre.org/techniques/T1543/002/"],

  *check(inventory) {
    const { host, managers, accounts } = inventory;
    const writers = writerIndex(host, accounts);
    const seen = new Set<string>();
    for (const { searchPath, reader, scope } of managers) {
      if (scope.kind === "user") continue;
      for (const { path } of searchPath)
        for (const { name, kind } of reader.list(path, "unit files in it") ?? []) {
          const unit = ADDS.exec(name)?.[1];
          const directory = `${path}/${name}`;
          if (unit === undefined || (kind !== "directory" && kind !== "symlink") || seen.has(directory))
            continue;
          seen.add(directory);
          if (parseUnitName(unit) === null) continue;
          const weaker = writers
            .writersOf(directory)
            .principals.find((principal) => weakerThan(principal, ROOT, accounts));
          if (weaker === undefined) continue;
          if (standingOf({ path: directory, provenance: null }, inventory) === "store") continue;
          const who = weaker.kind === "everyone" ? "any local user" : `${weaker.kind} ${weaker.name}`;
          yield {
            unit: countedAt(unit, scopeName(scope), inventory),
            scope: scopeName(scope),
            says: `${who} decides what ${directory} adds to ${unit}: ${weaker.because.path} (${weaker.how})`,
            evidence: [evidenceOfFile(directory, weaker.how)],
          };
        }
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/etc/systemd/system/job.service.d": { dir: true, mode: 0o777 },
      }),
      timed("ExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/etc/systemd/system/basic.target.wants": { link: "/srv/wants" },
        "/srv/wants": { dir: true, mode: 0o755, uid: 1001, gid: 1001 },
      }),
      {
        ...ACCOUNTS,
        "/etc/systemd/system.conf": "[Manager]\nManagerEnvironment=SYSTEMD_UNIT_PATH=/srv/units:\n",
        "/etc/systemd/user.conf": "[Manager]\nManagerEnvironment=SYSTEMD_UNIT_PATH=/srv/units:\n",
        "/srv/units/job.service.d": { dir: true, mode: 0o777 },
        "/etc/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
      },
    ],
    finds: {
      1: [
        "weakness high high /etc/systemd/system/job.service.d:0: any local user decides what /etc/systemd/system/job.service.d adds to job.service: /etc/systemd/system/job.service.d (can create)",
      ],
      2: [
        "weakness high high /etc/systemd/system/basic.target.wants:0: user app decides what /etc/systemd/system/basic.target.wants adds to basic.target: /srv/wants (owns)",
      ],
      3: [
        "weakness high high /srv/units/job.service.d:0: any local user decides what /srv/units/job.service.d adds to job.service: /srv/units/job.service.d (can create)",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/etc/systemd/system/job.service.d": { dir: true, mode: 0o755 },
        "/etc/systemd/system/notes.d": { dir: true, mode: 0o777 },
      }),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.service.d": { dir: true, mode: 0o755, uid: 1000, gid: 1000 },
      },
      timed("ExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/etc/group": "root:x:0:\nnobody-in-it:x:50:\n",
        "/etc/systemd/system/job.service.d": { dir: true, mode: 0o775, gid: 50 },
        "/etc/systemd/system/job.timer.d": { content: "", mode: 0o666 },
      }),
      timed("ExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/etc/systemd/system/job.service.d": {
          link: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-unit/job.service.d",
        },
        "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-unit/job.service.d": { dir: true, mode: 0o777 },
      }),
    ],
  }),
};
