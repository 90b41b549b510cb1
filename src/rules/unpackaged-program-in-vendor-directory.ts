import type { ClosureFile } from "../inventory/closure.ts";
import { evidenceOf } from "./evidence.ts";
import { dpkg, script, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isStray } from "./standing.ts";
import { baseName, isLibraryName } from "./subject.ts";

/** Where packages want their administrator's own scripts to be. */
const FOR_ADMINISTRATORS =
  /^\/usr\/lib(?:64|exec)?\/(?:zabbix\/(?:externalscripts|alertscripts)|nagios\/plugins|monitoring-plugins|check_mk_agent\/(?:local|plugins)|munin\/plugins|cgi-bin)\//;

const VENDOR = /^\/(usr\/)?(s?bin|lib(exec|32|64)?)\//;
/** Names that only parts of systemd, D-Bus and the desktop's virtual file system bear. */
const IMITATES = /^(systemd|dbus|gvfsd?|session-dbus|udev|polkit|kmod|networkd|journald|syslog|sshd|cron)/;

/** What runs lies among the packages' programs and no package ships it. */
export const unpackagedProgramInVendorDirectory: ActivationRule = {
  id: "unpackaged-program-in-vendor-directory",
  subject: "activation",
  title: "Runs a program that lies among the packages' own and belongs to none",
  severity: "medium",
  confidence: "medium",
  signal: "odd",
  family: "provenance",
  depth: "regular",
  techniques: ["T1036.005", "T1554", "T1053.006"],
  controls: ["CM-5", "CM-8", "SI-7"],
  why: "/usr/bin and /usr/lib belong to the package manager; local software goes to /usr/local or /opt. A program put there without a package hides among thousands, the more so if its name begins like one of systemd's.",
  benign: [
    "Installers that ignore the hierarchy",
    "Scripts in the places that monitoring packages keep for their administrator (not accused)",
    "Images built without packages (not accused: nothing is known there)",
  ],
  clears: "install the program as a package, or in /usr/local",
  references: ["https://attack.mitre.org/techniques/T1036/005/", "man:file-hierarchy(7)"],

  *check({ closure }, inventory) {
    const said = new Set<string>();
    for (const file of closure.files) {
      if (file.role !== "program" && file.role !== "script" && file.role !== "library") continue;
      const path = file.realPath ?? file.path;
      if (said.has(path) || !VENDOR.test(path) || FOR_ADMINISTRATORS.test(path)) continue;
      if (!isStray(file, inventory)) continue;
      said.add(path);
      const guise = guiseOf(file, path);
      yield {
        says: `${file.path} lies among the packages' programs, and no package ships it${guise}`,
        ...(guise === "" ? {} : { signal: "suspicious" as const, severity: "high" as const }),
        evidence: [evidenceOf(inventory, file, "in no package's list")],
      };
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/sbin/online", { ...dpkg([]), "/usr/sbin/online": script() }),
      timed("ExecStart=/usr/lib/systemd/systemd-daemon", {
        ...dpkg([]),
        "/usr/lib/systemd/systemd-daemon": script(),
      }),
      timed(
        "Environment=LD_PRELOAD=/usr/lib/libl.so\nExecStart=/usr/bin/run\nExecStartPost=/usr/bin/run again",
        {
          ...dpkg([]),
          "/usr/lib/libl.so": "ELF",
          "/usr/bin/run": { content: "ELF", mode: 0o755 },
        },
      ),
      timed("ExecStart=/usr/bin/run\nExecStartPost=/usr/local/bin/run", {
        ...dpkg([]),
        "/usr/bin/run": script(),
        "/usr/local/bin/run": { link: "/usr/bin/run" },
      }),
      timed("ExecStart=/usr/lib/libudev.so.6", {
        ...dpkg([]),
        "/usr/lib/libudev.so.6": { content: "ELF", mode: 0o755 },
      }),
    ],
    finds: {
      1: [
        "odd medium medium /etc/systemd/system/job.service:3: /usr/sbin/online lies among the packages' programs, and no package ships it",
      ],
      2: [
        "suspicious high medium /etc/systemd/system/job.service:3: /usr/lib/systemd/systemd-daemon lies among the packages' programs, and no package ships it; its name begins like one of the system's",
      ],
      3: [
        "odd medium medium /etc/systemd/system/job.service:3: /usr/lib/libl.so lies among the packages' programs, and no package ships it",
        "odd medium medium /etc/systemd/system/job.service:4: /usr/bin/run lies among the packages' programs, and no package ships it",
      ],
      4: [
        "odd medium medium /etc/systemd/system/job.service:3: /usr/bin/run lies among the packages' programs, and no package ships it",
      ],
      5: [
        "suspicious high medium /etc/systemd/system/job.service:3: /usr/lib/libudev.so.6 lies among the packages' programs, and no package ships it; it is run, and its name is a library's",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/lib/nagios/plugins/check_own", {
        ...dpkg([]),
        "/usr/lib/nagios/plugins/check_own": script(),
      }),
      timed("ExecStart=/usr/local/sbin/online", { ...dpkg([]), "/usr/local/sbin/online": script() }),
      timed("ExecStart=/usr/sbin/online", { ...dpkg(["/usr/sbin/online"]), "/usr/sbin/online": script() }),
      timed("ExecStart=/usr/bin/gone", dpkg([])),
    ],
  }),
};

function guiseOf({ role }: ClosureFile, path: string): string {
  if (role === "program" && isLibraryName(path)) return "; it is run, and its name is a library's";
  return IMITATES.test(baseName(path)) ? "; its name begins like one of the system's" : "";
}
