import type { Inventory } from "../inventory/inventory.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import { generatorSourceOf } from "../manager/generator-sources.ts";
import type { Span } from "../syntax/span.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { BOOT, dpkg, timed } from "./example-host.ts";
import type { Accusation, ActivationRule } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";
import { isStray } from "./standing.ts";
import { isOwnStray } from "./subject.ts";

/** A timer that is started and whose unit is not there, or an enabled name without any file. */
export const orphanTimer: ActivationRule = {
  id: "orphan-timer",
  subject: "activation",
  title: "A timer waits for a unit that does not exist",
  severity: "low",
  confidence: "high",
  signal: "context",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006"],
  controls: ["CM-5", "SI-4"],
  why: "It is what removed malware leaves behind, or a trap that waits for a file: whoever can create the missing unit decides what runs. More often it is what a removed package left.",
  benign: [
    "A package that was removed and left its timer or enablement link (only context)",
    "A timer written before its service",
    "Timers of services that a generator makes at boot, from a Quadlet file or an init script (not accused)",
  ],
  clears: "create the missing unit, or disable and remove the timer",
  references: ["man:systemd.timer(5)", "man:systemctl(1) reset-failed"],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const { record } = activation;
    const { loaded, target, activates, timer } = record;
    const starter = record.load === "not-found" ? starterOf(record, inventory) : null;
    if (starter !== null) {
      const place = loaded.path === null ? starter : evidenceOfFile(loaded.path).span;
      yield {
        says: `boot starts ${record.unit}, and there is no such unit file`,
        ...signalOf(strayTarget(place.path, inventory)),
        evidence: [evidenceAt(inventory, place, "leads to nothing")],
      };
      return;
    }
    if (loaded.path === null || target === null || target.state !== "not-found") return;
    if (generatorSourceOf(inventory.host, record.manager.scope, target.name) !== null) return;
    const says = `${record.unit} starts ${activates}, which does not exist`;
    const span = timer?.triggersSpan;
    yield {
      says,
      ...(isOwnStray(activation, inventory) ? { signal: "odd" as const } : {}),
      evidence: [
        span
          ? evidenceAt(inventory, span, "does not exist")
          : evidenceOfFile(loaded.path, `no ${activates} beside it`),
      ],
    };
  },

  examples: () => ({
    fires: [
      { "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n" },
      { "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\nUnit=gone.service\n" },
      { "/etc/systemd/system/timers.target.wants/gone.timer": { link: "/etc/systemd/system/gone.timer" } },
      {
        "/etc/systemd/system/timers.target.wants/gone.timer": { link: "/usr/lib/systemd/system/gone.timer" },
      },
      {
        ...dpkg(["/usr/lib/systemd/system/a.timer"]),
        "/usr/lib/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
      },
      { "/etc/systemd/system/timers.target.wants/gone.timer": { link: "../gone.timer" } },
      {
        "/etc/systemd/system/gone.timer": { link: "/var/tmp/gone.timer" },
        "/etc/systemd/system/timers.target.wants/gone.timer": { link: "../gone.timer" },
      },
      {
        ...BOOT,
        "/etc/systemd/system/a.target": "[Unit]\nWants=gone.timer\n",
        "/etc/systemd/system/timers.target.wants/gone.timer": { link: "/usr/lib/systemd/system/gone.timer" },
      },
      {
        ...BOOT,
        "/etc/systemd/system/timers.target.d/a.conf": "[Unit]\nWants=gone.timer\n",
        "/etc/systemd/system/gone.timer.d/a.conf": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/gone.timer": { link: "/var/lib/gone.timer" },
      },
    ],
    finds: {
      2: ["odd low high /etc/systemd/system/a.timer:3: a.timer starts gone.service, which does not exist"],
      3: [
        "odd low high /etc/systemd/system/timers.target.wants/gone.timer:0: boot starts gone.timer, and there is no such unit file",
      ],
      4: [
        "context low high /etc/systemd/system/timers.target.wants/gone.timer:0: boot starts gone.timer, and there is no such unit file",
      ],
      5: [
        "context low high /usr/lib/systemd/system/a.timer:0: a.timer starts a.service, which does not exist",
      ],
      7: [
        "suspicious high high /etc/systemd/system/gone.timer:0: boot starts gone.timer, and there is no such unit file",
      ],
      6: [
        "odd low high /etc/systemd/system/timers.target.wants/gone.timer:0: boot starts gone.timer, and there is no such unit file",
      ],
    },
    quiet: [
      {
        ...BOOT,
        "/etc/systemd/system/never.target": "[Unit]\n",
        "/etc/systemd/system/never.target.wants/gone.timer": { link: "../gone.timer" },
      },
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/containers/systemd/a.container": "[Container]\nImage=localhost/a\n",
      },
      timed("ExecStart=/usr/bin/true"),
      { "/etc/systemd/system/a.timer": { link: "/dev/null" } },
      { "/etc/systemd/system/none.target.wants/gone.timer": { link: "/etc/systemd/system/gone.timer" } },
    ],
  }),
};

/** The link or line by which a unit that boot starts wants the timer; boot itself never reaches what is not there. */
function starterOf({ unit, started, manager }: TimerRecord, { boots }: Inventory): Span | null {
  const boot = boots.get(manager);
  const edge = boot?.startersOf(unit).find(({ from }) => boot.isStarted(from));
  if (edge === undefined) return started.chain.at(-1)?.span ?? null;
  return edge.span ?? evidenceOfFile(edge.path ?? unit).span;
}

/**
 * Where a link leads, if only administrators put files there. A unit of a package lay in the vendor's directories,
 * where nobody need answer for what is not there; a relative link leads beside itself.
 */
export function strayTarget(path: string, inventory: Inventory): string | null {
  const link = inventory.host.readLink(path);
  if (link.kind !== "present") return null;
  const target = link.value.startsWith("/") ? link.value : path;
  return isStray({ path: target, provenance: inventory.provenanceOf(target) }, inventory) ? target : null;
}

/** What a link to a missing unit counts for: a trap where any local user can make the file. */
export function signalOf(target: string | null): Partial<Accusation> {
  if (target === null) return { signal: "context" };
  if (sharedDirectory(target) === null) return { signal: "odd" };
  return { signal: "suspicious", severity: "high" };
}
