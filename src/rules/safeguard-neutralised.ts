import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import type { Span } from "../syntax/span.ts";
import { serviceOf } from "../units/service.ts";
import { evidenceAt } from "./evidence.ts";
import { shipped } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { protectionOf } from "./safeguards.ts";
import { isStray } from "./standing.ts";
import { baseName } from "./subject.ts";

const YEAR_USEC = 366 * 86_400 * 1_000_000;
const DOES_NOTHING: ReadonlySet<string> = new Set("true : echo printf sleep logger exit".split(" "));

/** A timer that protects the host still stands and can no longer do its work. */
export const safeguardNeutralised: ActivationRule = {
  id: "safeguard-neutralised",
  subject: "activation",
  title: "A timer that protects the host was made to do nothing",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "protection",
  depth: "regular",
  techniques: ["T1562.001", "T1489", "T1053.006"],
  controls: ["SI-2", "SI-3", "SI-4", "CM-3"],
  why: "It is enabled and listed, and its schedule is empty or decades away, its condition never holds, or its command is /bin/true. Nothing looks broken, and updates or scans have stopped.",
  benign: ["Overrides that move the work to another hour or program (not accused)"],
  clears: "remove the override, or mask the timer openly and say who does its work",
  references: ["https://attack.mitre.org/techniques/T1562/001/"],

  *check(activation, inventory) {
    if (activation.kind === "job") return;
    const { record } = activation;
    const what = protectionOf(record.unit);
    if (what === null || record.load === "masked" || record.target?.state === "masked") return;
    const foreign = foreignFiles(activation, inventory);
    for (const { says, span } of reasons(record, foreign, inventory))
      yield { says: `${record.unit} ${what} no more: ${says}`, evidence: [evidenceAt(inventory, span)] };
  },

  examples: () => ({
    fires: [
      shipped("apt-daily-upgrade", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/apt-daily-upgrade.timer.d/x.conf": "[Timer]\nOnCalendar=\n",
      }),
      shipped("apt-daily-upgrade", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/apt-daily-upgrade.timer.d/x.conf":
          "[Timer]\nOnCalendar=\nOnCalendar=2099-01-01\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service.d/x.conf": "[Unit]\nConditionPathExists=/nonexistent\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service": "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'exit 0'\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nOnCalendar=\nOnCalendar=2001-01-01\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nOnCalendar=\nOnBootSec=infinity\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service.d/x.conf": "[Unit]\nConditionPathExists=!/etc\n",
      }),
    ],
    finds: {
      4: [
        "suspicious high medium /etc/systemd/system/lynis.service:3: lynis.timer looks for intruders or malware no more: all it runs is /bin/true",
      ],
    },
    quiet: [
      shipped("apt-daily-upgrade", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/apt-daily-upgrade.timer.d/x.conf": "[Timer]\nOnCalendar=\nOnCalendar=03:00\n",
        "/etc/systemd/system/apt-daily-upgrade.service.d/x.conf":
          "[Unit]\nConditionACPower=true\n[Service]\nNice=5\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Unit]\nConditionPathExists=/nonexistent\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.timer": { link: "/dev/null" },
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nOnCalendar=\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service": { link: "/dev/null" },
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nOnCalendar=\n",
      }),
      shipped("lynis", "ExecStart=/bin/true", {
        "/usr/lib/systemd/system/lynis.timer": "[Timer]\nOnCalendar=2099-01-01\n",
        "/usr/lib/systemd/system/lynis.service":
          "[Unit]\nConditionPathExists=/nonexistent\n[Service]\nType=oneshot\nExecStart=/bin/true\n",
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nAccuracySec=1\n[Unit]\nOnFailure=x.service\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service.d/x.conf":
          "[Unit]\nConditionPathExists=/nonexistent\nConditionPathExists=\nConditionPathExists=!/srv/off\nConditionPathExists=relative\nConditionPathExists=/srv/%H\nConditionPathIsDirectory=!/etc\nConditionPathExists=!/srv/never\nConditionPathExists=/run/x\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nOnCalendar=\nOnClockChange=yes\n",
        "/etc/systemd/system/lynis.service":
          "[Service]\nType=oneshot\nExecStart=/bin/true\nExecStart=/usr/sbin/lynis\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nUnit=x.target\n",
        "/etc/systemd/system/x.target": "[Unit]\nConditionPathExists=/nonexistent\n",
      }),
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service.d/x.conf": "[Unit]\nConditionPathExists=/etc/lynis\n",
        "/etc/lynis": "",
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nUnit=x.target\n",
        "/etc/systemd/system/x.target": "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n",
      }),
      {
        "/etc/systemd/system/lynis.timer.d/x.conf": "[Timer]\nOnCalendar=\n",
        "/etc/systemd/system/timers.target.wants/lynis.timer": { link: "/etc/systemd/system/lynis.timer" },
      },
      shipped("lynis", "ExecStart=/usr/sbin/lynis", {
        "/etc/systemd/system/lynis.service.d/x.conf": "[Unit]\nConditionPathExists=/etc/lynis\n",
        "/etc/lynis": "",
      }),
    ],
  }),
};

interface Reason {
  readonly says: string;
  readonly span: Span;
}

/** Files of the closure that decide about a unit and that nobody answers for. */
function foreignFiles({ closure }: Activation, inventory: Inventory): ReadonlySet<string> {
  const files = closure.files.filter((file) => isStray(file, inventory));
  return new Set(files.map(({ path }) => path));
}

function* reasons(
  record: TimerRecord,
  foreign: ReadonlySet<string>,
  inventory: Inventory,
): Generator<Reason> {
  yield* scheduleReasons(record, foreign, inventory.nowUsec);
  for (const part of [record.loaded, record.target])
    if (part !== null && part.unit.name.type !== "target")
      for (const { setting, fate } of part.unit.history) {
        if (fate !== "effective" || !foreign.has(setting.span.path)) continue;
        if (neverHolds(setting.key, setting.value, inventory))
          yield { says: `${setting.key}=${setting.value.slice(0, 80)} never holds`, span: setting.span };
      }
  const { target } = record;
  if (target === null) return;
  const starts = serviceOf(target.unit).commands.get("ExecStart") ?? [];
  const [first] = starts;
  if (first === undefined || !foreign.has(first.span.path)) return;
  if (
    starts.every(
      ({ path, argv }) =>
        DOES_NOTHING.has(baseName(path)) || /^-c\s*(exit 0|true|:)?$/.test(argv.slice(1).join(" ")),
    )
  )
    yield { says: `all it runs is ${first.argv.join(" ").slice(0, 80)}`, span: first.span };
}

/** A foreign line of the schedule, where nothing is left of the schedule or its next moment is years away. */
function* scheduleReasons(
  { loaded, timer, next, load }: TimerRecord,
  foreign: ReadonlySet<string>,
  nowUsec: number,
): Generator<Reason> {
  const changed = loaded.unit.history.filter(
    ({ setting }) =>
      setting.section === "Timer" && setting.key.startsWith("On") && foreign.has(setting.span.path),
  );
  const last = changed.at(-1);
  if (last === undefined) return;
  const { span } = last.setting;
  if ((timer?.values.length ?? 0) === 0 && load !== "not-found" && !timer?.onClockChange)
    yield { says: "its schedule was emptied", span };
  else if (next.reason === "never" || next.reason === "infinite")
    yield { says: "its schedule never comes", span };
  else if (next.earliestUsec !== null && next.earliestUsec - nowUsec > YEAR_USEC)
    yield { says: "its next run is more than a year away", span };
}

/** Conditions that files alone decide. */
function neverHolds(key: string, value: string, { host }: Inventory): boolean {
  if (
    !/^(Condition|Assert)(PathExists|PathIsDirectory|FileNotEmpty|FileIsExecutable|DirectoryNotEmpty)$/.test(
      key,
    )
  )
    return false;
  const match = /^(!?)(\/.*)$/.exec(value);
  if (match === null) return false;
  const [, negated, path = ""] = match;
  if (/[%*?]/.test(path)) return false;
  if (negated === "!") return key.endsWith("PathExists") && PERMANENT.test(path);
  return host.stat(path).kind === "absent" && !/^\/(run|proc|sys|dev|tmp|var\/run)\//.test(path);
}

/** What every running system has. */
const PERMANENT = /^\/(etc|usr|bin|proc|sys|dev|run|var|etc\/passwd|etc\/os-release|etc\/machine-id)?\/?$/;
