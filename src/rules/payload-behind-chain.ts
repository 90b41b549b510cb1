import type { ClosureUnit } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isStray } from "./standing.ts";
import { commandsNamed, isShipped } from "./subject.ts";
import { shareAWord } from "./unit-of-another-name.ts";

/** What nobody answers for runs only several units away from a timer whose own command is harmless. */
export const payloadBehindChain: ActivationRule = {
  id: "payload-behind-chain",
  subject: "activation",
  title: "The first command is harmless, and others follow through a chain of units",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CM-7", "SI-4"],
  why: "Tools that pair a timer with its service stop there. OnSuccess=, a target that wants one more unit, or a `systemctl start` inside a script puts the payload one step further.",
  benign: [
    "Targets that group several jobs of an administrator",
    "OnFailure= to a unit that sends mail (not accused)",
  ],
  clears: "let the timer start what it is for",
  references: ["man:systemd.unit(5)"],

  *check(activation, inventory) {
    if (isShipped(activation, inventory)) return;
    const { closure } = activation;
    const [, first] = closure.units;
    if (first === undefined) return;
    const near = commandsNamed(activation).filter(({ unit }) => unit === first.loaded.primaryId);
    const isBare = first.loaded.unit.name.type === "target";
    const isHarmless = near.length > 0 && near.every(({ exec }) => NOTHING.test(exec.path));
    const behind = closure.units.slice(2).filter((unit) => isOwn(unit, inventory, activation.closure));
    const working = behind.filter(({ loaded }) => loaded.unit.name.type === "service");
    const [payload] = working;
    if (payload === undefined || (isBare ? working.length !== 1 : !isHarmless)) return;
    const edge = payload.how.at(-1);
    // A timer that asks systemctl for a unit of its own name hides nothing.
    if (edge?.kind === "starts" && shareAWord(activation.unit, payload.name)) return;
    yield {
      says: `${activation.unit} leads to ${payload.name} through ${payload.how.map(({ to, kind }) => `${kind} ${to}`).join(", ")}`,
      ...(isBare ? { confidence: "low" as const } : {}),
      evidence: [
        edge?.span ? evidenceAt(inventory, edge.span) : evidenceOfFile(edge?.span?.path ?? payload.name),
        evidenceOfFile(payload.loaded.path ?? payload.name),
      ],
    };
  },

  examples: () => ({
    fires: [
      {
        ...dpkg([]),
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service":
          "[Unit]\nOnSuccess=b.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/b.service": "[Service]\nExecStart=/usr/local/bin/x\n",
        "/usr/local/bin/x": script(),
      },
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\nUnit=a.target\n",
        "/etc/systemd/system/a.target": "[Unit]\nWants=b.service\n",
        "/etc/systemd/system/b.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      },
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.service.wants/b.service": { link: "../b.service" },
        "/etc/systemd/system/b.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      }),
      timed("", {
        "/etc/systemd/system/job.service":
          "[Unit]\nOnSuccess=job-more.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/job-more.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      }),
      timed("ExecStart=/usr/bin/systemctl start other.service", {
        "/etc/systemd/system/other.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      }),
    ],
    finds: {
      1: [
        "suspicious medium medium /etc/systemd/system/a.service:2: a.timer leads to b.service through triggers a.service, on-success b.service",
      ],
      2: [
        "suspicious medium low /etc/systemd/system/a.target:2: a.timer leads to b.service through triggers a.target, wants b.service",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/backup", {
        "/usr/local/bin/backup": script(),
        "/etc/systemd/system/job.service":
          "[Unit]\nOnFailure=mail.service\n[Service]\nExecStart=/usr/local/bin/backup\n",
        "/etc/systemd/system/mail.service": "[Service]\nExecStart=/usr/local/bin/mail-admin\n",
      }),
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\nUnit=a.target\n",
        "/etc/systemd/system/a.target": "[Unit]\nWants=b.service c.service\n",
        "/etc/systemd/system/b.service": "[Service]\nExecStart=/usr/local/bin/x\n",
        "/etc/systemd/system/c.service": "[Service]\nExecStart=/usr/local/bin/y\n",
      },
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service":
          "[Unit]\nOnSuccess=b.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/b.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      }),
      timed("", {
        "/etc/systemd/system/job.service":
          "[Unit]\nOnSuccess=b.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/true\n",
        "/usr/lib/systemd/system/b.service": "[Service]\nExecStart=/usr/bin/x\n",
        ...dpkg(["/usr/lib/systemd/system/b.service"]),
      }),
      timed("", {
        "/etc/systemd/system/job.service":
          "[Unit]\nWants=b.target\n[Service]\nType=oneshot\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/b.target": "[Unit]\nDescription=b\n",
      }),
      timed("", {
        "/etc/systemd/system/job.service": "[Unit]\nOnSuccess=b.service\n[Service]\nType=oneshot\n",
        "/etc/systemd/system/b.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      }),
      timed("ExecStart=/usr/bin/systemctl start job-more.service", {
        "/etc/systemd/system/job-more.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      }),
    ],
  }),
};

const NOTHING = /\/(true|false|:|echo|sleep|test|date|touch|sync|logger|systemctl|busctl|nothing)$/;

function isOwn(
  { loaded }: ClosureUnit,
  inventory: Inventory,
  closure: Parameters<typeof fragmentOf>[0],
): boolean {
  const own = fragmentOf(closure, loaded.primaryId);
  return own !== null && isStray(own, inventory);
}
