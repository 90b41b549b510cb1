import type { ClosureCommand } from "../inventory/closure.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";
import { baseName, commandsNamed, isShipped } from "./subject.ts";

/** Programs that by themselves do nothing but leave a trace or nothing at all. */
export const TRIVIAL: ReadonlySet<string> = new Set(
  "touch true false echo printf date id whoami hostname uname uptime who test [ sleep tee cat sh dash bash env : ln mkdir".split(
    " ",
  ),
);

/** The whole job creates a file where anyone can; nothing else happens. */
export const onlyLeavesAMarker: ActivationRule = {
  id: "only-leaves-a-marker",
  subject: "activation",
  title: "Does nothing but leave a mark in a directory anyone can write to",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1480"],
  controls: ["CM-5", "SI-4"],
  why: "A job whose only effect is a file in /tmp serves nobody who runs the machine. It is how persistence is tried out before the real command is put in, and how tests of detection (Atomic Red Team) look. A file of a known name there can also be replaced by a link.",
  benign: ["Heartbeat files; they belong in /run"],
  clears: "write state below /run or /var/lib, or remove the job",
  references: [
    "https://github.com/redcanaryco/atomic-red-team/blob/master/atomics/T1053.006/T1053.006.md",
    "https://attack.mitre.org/techniques/T1053/006/",
  ],

  *check(activation, inventory) {
    if (activation.kind === "job" || isShipped(activation, inventory)) return;
    const commands = commandsNamed(activation);
    if (!commands.every(isTrivial)) return;
    for (const command of commands) {
      const path = markerOf(command);
      if (path === null) continue;
      yield {
        says: `all that ${command.unit} does is to write ${path}`,
        evidence: [evidenceAt(inventory, command.exec.span, "the only effect of the job")],
      };
      return;
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/touch /tmp/art-systemd-timer-marker", {}, "OnCalendar=*-*-* *:*:00"),
      timed("ExecStart=/bin/sh -c 'echo \"$$(date) $$(whoami)\" >> /tmp/log'", {}, "OnCalendar=*:0/1"),
      timed("ExecStart=/bin/sh -c 'touch /tmp/a && cat /tmp/b > /srv/x'"),
      timed("ExecStart=/bin/sh -c 'touch /tmp/a; sleep 1'"),
    ],
    finds: {
      4: [
        "suspicious medium medium /etc/systemd/system/job.service:3: all that job.service does is to write /tmp/a",
      ],
      3: [
        "suspicious medium medium /etc/systemd/system/job.service:3: all that job.service does is to write /tmp/a",
      ],
    },
    quiet: [
      timed("ExecStart=/bin/touch /run/app/alive", {}, "OnCalendar=minutely"),
      timed("ExecStart=/usr/local/bin/collect", {
        "/usr/local/bin/collect": script("df > /tmp/df.txt\nmail -s df root < /tmp/df.txt"),
      }),
      { "/etc/cron.d/x": "* * * * * root touch /tmp/x\n" },
      shipped("vendor", "ExecStart=/bin/touch /tmp/vendor"),
      timed("ExecStart=/usr/bin/stat /tmp/x"),
      timed("ExecStart=/usr/local/bin/x > /tmp/x", { "/usr/local/bin/x": script("touch /tmp/x") }),
      timed("ExecStart=/usr/local/bin/collect /tmp/x\nExecStart=/bin/touch /tmp/x", {
        "/usr/local/bin/collect": "ELF",
      }),
      timed("User=alice\nExecStart=/bin/cp /tmp/x /srv/x"),
      timed("", { "/etc/systemd/system/job.service": "[Service]\nType=oneshot\nExecStop=/bin/touch\n" }),
      timed("ExecStart=/usr/local/bin/touch /tmp/x", { "/usr/local/bin/touch": script() }),
      timed("ExecStart=/bin/echo /tmp/x"),
      timed("ExecStart=/bin/mkdir /tmp/x"),
      timed("ExecStart=/bin/cat /tmp/x"),
      timed("ExecStart=/usr/bin/env PATH=/tmp/bin:/usr/bin date"),
    ],
  }),
};

function isTrivial({ followed }: ClosureCommand): boolean {
  return followed.reached.every(({ kind, name }) => {
    if (kind === "inline-code") return true;
    return kind === "program" && TRIVIAL.has(baseName(name));
  });
}

/** A file in a shared directory that the command writes or touches. */
function markerOf({ exec, followed }: ClosureCommand): string | null {
  const named = baseName(exec.path) === "touch" ? exec.argv.slice(1) : [];
  const inline = followed.reached.flatMap(({ text }) => (text === undefined ? [] : touchedIn(text)));
  const written = followed.behaviours.flatMap(({ kind, detail }) =>
    kind === "writes" && detail.path ? [detail.path] : [],
  );
  return [...named, ...inline, ...written].find((path) => sharedDirectory(path) !== null) ?? null;
}

/** What shell code touches, by absolute paths. */
export function touchedIn(code: string): readonly string[] {
  return [...code.matchAll(/\btouch\s+(\/[^\s;&|<>()'"]+)/g)].map(([, path = ""]) => path);
}
