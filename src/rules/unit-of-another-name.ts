import { type Unit, values } from "../units/unit.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { shipped, timed } from "./example-host.ts";
import { shortestPeriod } from "./frequency.ts";
import { TRIVIAL } from "./only-leaves-a-marker.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isStray } from "./standing.ts";
import { baseName, isOwnStray, stemOf } from "./subject.ts";

/** A timer starts a service whose name has nothing in common with its own. */
export const unitOfAnotherName: ActivationRule = {
  id: "unit-of-another-name",
  subject: "activation",
  title: "Starts a service of quite another name",
  severity: "low",
  confidence: "medium",
  signal: "context",
  family: "masquerading",
  depth: "regular",
  techniques: ["T1036.004", "T1053.006"],
  controls: ["CM-8", "SI-4"],
  why: "With Unit= the timer everyone sees can be harmless in name and the service that does the work lies elsewhere, where nobody connects the two.",
  benign: [
    "Several timers for one service (names that share a word are not accused)",
    "Timers for poweroff.target and the like (not accused)",
  ],
  clears: "give timer and service one name",
  references: ["man:systemd.timer(5)"],

  *check(activation, inventory) {
    if (activation.kind === "job" || !isOwnStray(activation, inventory)) return;
    const { record, closure } = activation;
    const { timer, target, loaded } = record;
    if (timer?.triggersSpan == null || target === null || target.unit.name.type !== "service") return;
    const file = fragmentOf(closure, target.primaryId);
    if (file === null || !isStray(file, inventory) || shareAWord(loaded.name, target.name)) return;
    const isElsewhere = directoryOf(loaded.path ?? "") !== directoryOf(file.path);
    const isHidden = isStaticPayload(target.unit) && !SCHEDULE_WORD.test(stemOf(loaded.name));
    const isIdle = closure.commands.every(
      ({ exec }) => TRIVIAL.has(baseName(exec.path)) && !SHELL.test(exec.path),
    );
    const isOften = (shortestPeriod(activation, inventory) ?? Number.POSITIVE_INFINITY) <= OFTEN;
    yield {
      says: `${loaded.name} starts ${target.name}, ${isElsewhere ? `which lies in ${directoryOf(file.path)}` : "a name of its own"}`,
      ...(isElsewhere || isHidden ? { signal: "odd" as const, severity: "medium" as const } : {}),
      ...(isHidden && (isOften || isIdle)
        ? { signal: "suspicious" as const, confidence: "low" as const }
        : {}),
      evidence: [evidenceAt(inventory, timer.triggersSpan), evidenceOfFile(file.path)],
    };
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/rsync", {
        "/etc/systemd/system/log-keeper.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/bin/sh -c true", {
        "/usr/local/lib/systemd/system/log-keeper.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("", {
        "/etc/systemd/system/job.service":
          "[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n",
        "/etc/systemd/system/log-keeper.timer": "[Timer]\nOnCalendar=minutely\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/nightly.timer": "[Timer]\nOnCalendar=minutely\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/log-keeper.timer": "[Timer]\nOnCalendar=minutely\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/a-b.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/b-log.timer": "[Timer]\nOnCalendar=daily\nUnit=a-b.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/usr/local/lib/systemd/system/nightly.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/id", {
        "/etc/systemd/system/log-keeper.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/rsync", {
        "/etc/systemd/system/log-keeper.timer": "[Timer]\nOnCalendar=minutely\nUnit=job.service\n",
      }),
    ],
    finds: {
      8: [
        "suspicious medium low /etc/systemd/system/log-keeper.timer:3: log-keeper.timer starts job.service, a name of its own",
      ],
      1: [
        "odd medium medium /etc/systemd/system/log-keeper.timer:3: log-keeper.timer starts job.service, a name of its own",
      ],
      2: [
        "odd medium medium /usr/local/lib/systemd/system/log-keeper.timer:3: log-keeper.timer starts job.service, which lies in /etc/systemd/system",
      ],
      3: [
        "context low medium /etc/systemd/system/log-keeper.timer:3: log-keeper.timer starts job.service, a name of its own",
      ],
      4: [
        "context low medium /etc/systemd/system/nightly.timer:3: nightly.timer starts job.service, a name of its own",
      ],
      5: [
        "suspicious medium low /etc/systemd/system/log-keeper.timer:3: log-keeper.timer starts job.service, a name of its own",
      ],
      7: [
        "odd medium medium /usr/local/lib/systemd/system/nightly.timer:3: nightly.timer starts job.service, which lies in /etc/systemd/system",
      ],
      9: [
        "suspicious medium low /etc/systemd/system/log-keeper.timer:3: log-keeper.timer starts job.service, a name of its own",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job-daily.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      { "/etc/systemd/system/night.timer": "[Timer]\nOnCalendar=daily\nUnit=poweroff.target\n" },
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/vendor.timer": "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
        "/etc/systemd/system/other.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/morning.timer": "[Timer]\nOnCalendar=daily\nUnit=vendor.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/jobs.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
        "/etc/systemd/system/back.timer": "[Timer]\nOnCalendar=daily\nUnit=backup.service\n",
        "/etc/systemd/system/backup.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      {
        "/etc/systemd/system/log-keeper.timer": "[Timer]\nOnCalendar=daily\nUnit=job.target\n",
        "/etc/systemd/system/job.target": "[Unit]\n",
      },
    ],
  }),
};

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Whether two unit names have a word, or the beginning of one, in common. */
export function shareAWord(left: string, right: string): boolean {
  const words = (name: string): string[] =>
    stemOf(name)
      .toLowerCase()
      .split(/[^a-z]+/)
      .filter((word) => word.length >= 3);
  const [a, b] = [words(left), words(right)];
  return a.some((word) => b.some((other) => word.startsWith(other) || other.startsWith(word)));
}

/** Seconds: more often than an administrator groups several jobs under one timer. */
const OFTEN = 300;
/** What a shell runs may be anything. */
const SHELL = /\/(sh|dash|bash)$/;
/** Names that tell when, not what: a timer called so may start anything. */
const SCHEDULE_WORD =
  /night|dai?ly|hour|week|month|minute|morning|evening|every|cron|schedul|timer|boot|start|period|mainten|regular|jobs/i;

/** Without [Install] the service has no other way to run than this timer. */
function isStaticPayload(unit: Unit): boolean {
  return ["WantedBy", "RequiredBy", "Also", "Alias"].every(
    (key) => values(unit, "Install", key).length === 0,
  );
}
