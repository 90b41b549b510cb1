import type { Activation } from "../inventory/activation.ts";
import type { ClosureFile } from "../inventory/closure.ts";
import type { NoElapseReason } from "../inventory/next-elapse.ts";
import type { BehaviourKind } from "../programs/program.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { BOOT, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { strayCode } from "./standing.ts";
import { isOwnStray } from "./subject.ts";

const X: Tree = { "/usr/local/bin/x": { content: "\u007fELF", mode: 0o755 } };
/** Boot starts the service itself. */
const STARTED: Tree = {
  "/etc/systemd/system/timers.target.wants/job.service": { link: "/etc/systemd/system/job.service" },
};
const AFTER_A_RUN = "repeats only after a first run of its service, and nothing makes one";
/** Why no moment comes, for reasons that neither time nor a reboot mends. */
const DORMANT: ReadonlyMap<NoElapseReason | null, string> = new Map([
  ["needs-first-run", AFTER_A_RUN],
  ["never", "has a calendar with no day left"],
  ["search-loop", "has a calendar that systemd gives up on"],
  ["infinite", "waits for a span without end"],
]);

/** What a script can do without anybody asking why. */
const EVERYDAY: ReadonlySet<BehaviourKind> = new Set([
  "executes",
  "hides-output",
  "network-ping",
  "sources",
  "starts-unit",
  "writes",
  "edits-file",
]);

/**
 * A script that was read, does some work, and nothing of it needs a reason: the timer is somebody's mistake. One that
 * does nothing is a place kept.
 */
function isPlainScript({ role }: ClosureFile, { closure }: Activation): boolean {
  const followed = closure.commands.map((command) => command.followed);
  return (
    role === "script" &&
    followed.some(({ reached }) => reached.some(({ depth, name }) => depth > 0 && !IDLE.test(name))) &&
    followed.every(({ behaviours }) => behaviours.every(({ kind }) => EVERYDAY.has(kind)))
  );
}

const IDLE = /^(\S*\/)?(true|false|sleep|exit|(ba|da|z|k)?sh|env)$/;

/** Enabled and looks dead: it repeats for ever once somebody starts its service, or comes back when a line is changed. */
export const sleeperTimer: ActivationRule = {
  id: "sleeper-timer",
  subject: "activation",
  title: "A timer never fires by itself and waits to be armed",
  severity: "low",
  confidence: "low",
  signal: "context",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1480"],
  controls: ["CM-5", "SI-4"],
  why: "With OnUnitActiveSec= alone nothing makes the first run, so the timer shows no next moment and no test ever sees it fire: whoever starts the service once arms it. A calendar with no day left sleeps as well. Alone it is a mistake or a job long done; with a program nobody answers for it is a payload kept in place.",
  benign: [
    "The common mistake of leaving out OnBootSec= or OnActiveSec=; then it never did its work, which is worth knowing too (only context where the script was read and does nothing strange)",
    "A job for one day that is over",
    "Timers whose service is started at boot, which makes the first run (not accused)",
  ],
  clears: "add OnBootSec= or OnActiveSec=, or remove the timer",
  references: ["man:systemd.timer(5)"],

  *check(activation, inventory) {
    if (activation.kind !== "timer" || !isOwnStray(activation, inventory)) return;
    const { next, timer, loaded, manager, activates } = activation.record;
    const dormant = DORMANT.get(next.reason);
    if (dormant === undefined) return;
    const waitsForRun = dormant === AFTER_A_RUN;
    if (waitsForRun && inventory.boots.get(manager)?.isStarted(activates ?? "")) return;
    const span = timer?.values[0]?.span;
    const isStrange = strayCode(activation.closure, inventory).some(
      (file) => !waitsForRun || !isPlainScript(file, activation),
    );
    yield {
      says: `${activation.unit} ${dormant}`,
      ...(isStrange ? { signal: waitsForRun ? ("suspicious" as const) : ("odd" as const) } : {}),
      evidence: [span ? evidenceAt(inventory, span) : evidenceOfFile(loaded.path ?? activation.unit)],
    };
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x", { ...BOOT, ...X }, "OnUnitActiveSec=5min"),
      timed("ExecStart=/usr/bin/true", BOOT, "OnUnitInactiveSec=5min"),
      timed("ExecStart=/usr/local/bin/x", { ...BOOT, ...X }, "OnCalendar=2019-01-01"),
      timed("ExecStart=/usr/bin/true", { ...BOOT, ...STARTED }, "OnActiveSec=infinity"),
      timed(
        "ExecStart=/usr/local/bin/x",
        { ...BOOT, "/usr/local/bin/x": script("df -h > /srv/df") },
        "OnUnitActiveSec=5min",
      ),
      timed(
        "ExecStart=/usr/local/bin/x",
        { ...BOOT, "/usr/local/bin/x": script("chattr +i /srv/x") },
        "OnUnitActiveSec=5min",
      ),
      timed(
        "ExecStart=/usr/local/bin/x",
        { ...BOOT, "/usr/local/bin/x": script("sleep 1") },
        "OnUnitActiveSec=5min",
      ),
      timed(
        "ExecStart=/usr/local/bin/x",
        { ...BOOT, "/usr/local/bin/x": script("df -h > /srv/df") },
        "OnCalendar=2019-01-01",
      ),
      timed(
        "ExecStartPre=/usr/local/bin/pre\nExecStart=/usr/local/bin/x",
        { ...BOOT, ...X, "/usr/local/bin/pre": script("df -h > /srv/df") },
        "OnUnitActiveSec=5min",
      ),
    ],
    finds: {
      5: [
        "context low low /etc/systemd/system/job.timer:2: job.timer repeats only after a first run of its service, and nothing makes one",
      ],
      6: [
        "suspicious low low /etc/systemd/system/job.timer:2: job.timer repeats only after a first run of its service, and nothing makes one",
      ],
      7: [
        "suspicious low low /etc/systemd/system/job.timer:2: job.timer repeats only after a first run of its service, and nothing makes one",
      ],
      9: [
        "suspicious low low /etc/systemd/system/job.timer:2: job.timer repeats only after a first run of its service, and nothing makes one",
      ],
      8: ["odd low low /etc/systemd/system/job.timer:2: job.timer has a calendar with no day left"],
      1: [
        "suspicious low low /etc/systemd/system/job.timer:2: job.timer repeats only after a first run of its service, and nothing makes one",
      ],
      2: [
        "context low low /etc/systemd/system/job.timer:2: job.timer repeats only after a first run of its service, and nothing makes one",
      ],
      3: ["odd low low /etc/systemd/system/job.timer:2: job.timer has a calendar with no day left"],
      4: ["context low low /etc/systemd/system/job.timer:2: job.timer waits for a span without end"],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/x", X, "OnBootSec=1min\nOnUnitActiveSec=5min"),
      shipped("vendor", "ExecStart=/usr/local/bin/x", { ...X, ...BOOT }, "OnUnitActiveSec=5min"),
      timed(
        "ExecStart=/usr/local/bin/x",
        { ...X, ...BOOT, "/etc/systemd/system/timers.target.wants/job.timer": { dir: true } },
        "OnUnitActiveSec=5min",
      ),
      timed("ExecStart=/usr/local/bin/x", { ...X, ...BOOT, ...STARTED }, "OnUnitActiveSec=5min"),
    ],
  }),
};
