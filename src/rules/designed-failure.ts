import type { ClosureCommand } from "../inventory/closure.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isStray } from "./standing.ts";
import { baseName } from "./subject.ts";

/** A service that cannot succeed, whose failure starts what the timer is really for. */
export const designedFailure: ActivationRule = {
  id: "designed-failure",
  subject: "activation",
  title: "Always fails, so that its failure runs something",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002", "T1564"],
  controls: ["SI-4", "CM-5"],
  why: "OnFailure= is read by few. A service of /bin/false, or of a program that is not there, makes the failure handler the payload.",
  benign: ["A half-removed job whose failure mails somebody (only odd)"],
  clears: "start the handler from a timer of its own",
  references: ["man:systemd.unit(5)"],

  *check({ closure }, inventory) {
    for (const { loaded, how } of closure.units) {
      const last = how.at(-1);
      if (last?.kind !== "on-failure") continue;
      const handler = fragmentOf(closure, loaded.primaryId);
      if (handler === null || !isStray(handler, inventory)) continue;
      const commands = closure.commands.filter(({ unit, key }) => unit === last.from && START.has(key));
      for (const command of commands) {
        const reason = failure(command, inventory.host.stat(command.exec.path).kind === "absent");
        if (reason === null) continue;
        const isMissing = command.followed.reached[0]?.exists === false;
        yield {
          says: `${last.from} ${reason}, which starts ${loaded.name}`,
          ...(isMissing ? { signal: "odd" as const, severity: "medium" as const } : {}),
          evidence: [
            evidenceAt(inventory, command.exec.span),
            ...(last.span === null ? [] : [evidenceAt(inventory, last.span)]),
          ],
        };
        return;
      }
    }
  },

  examples: () => ({
    fires: [
      {
        ...timed("ExecStart=/bin/false", { "/usr/bin/touch": script(), "/bin/false": script("exit 1") }),
        "/etc/systemd/system/job.service":
          "[Unit]\nOnFailure=hook.service\n[Service]\nType=oneshot\nExecStart=/bin/false\n",
        "/etc/systemd/system/hook.service": "[Service]\nExecStart=/usr/bin/touch /srv/x\n",
      },
      timed("", {
        "/etc/systemd/system/job.service":
          "[Unit]\nOnFailure=hook.service\n[Service]\nType=oneshot\nExecStart=/bin/sh -c 'exit 3'\n",
        "/etc/systemd/system/hook.service": "[Service]\nExecStart=/usr/bin/touch /srv/x\n",
        "/bin/sh": script(),
      }),
      timed("", {
        "/etc/systemd/system/job.service":
          "[Unit]\nOnFailure=hook.service\n[Service]\nType=oneshot\nExecStart=/srv/gone\n",
        "/etc/systemd/system/hook.service": "[Service]\nExecStart=/usr/bin/touch /srv/x\n",
      }),
      timed("", {
        "/etc/systemd/system/job.service":
          "[Unit]\nOnFailure=hook.service\n[Service]\nType=oneshot\nExecStart=/bin/false\n",
        "/etc/systemd/system/hook.service": "[Service]\nExecStart=/usr/bin/touch /srv/x\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high medium /etc/systemd/system/job.service:5: job.service runs false, which starts hook.service",
      ],
      3: [
        "odd medium medium /etc/systemd/system/job.service:5: job.service runs /srv/gone, which does not exist, which starts hook.service",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/job", {
        "/usr/local/bin/job": script(),
        "/etc/systemd/system/job.service":
          "[Unit]\nOnFailure=mail@%n.service\n[Service]\nType=oneshot\nExecStart=/usr/local/bin/job\n",
        "/etc/systemd/system/mail@.service": "[Service]\nExecStart=/usr/bin/mail root\n",
      }),
      shipped(
        "vendor",
        "ExecStart=/bin/false",
        {
          "/usr/lib/systemd/system/vendor.service":
            "[Unit]\nOnFailure=hook.service\n[Service]\nType=oneshot\nExecStart=/bin/false\n",
          "/usr/lib/systemd/system/hook.service": "[Service]\nExecStart=/usr/bin/true\n",
        },
        "OnCalendar=daily",
        ["/usr/lib/systemd/system/hook.service"],
      ),
      timed("", {
        "/etc/systemd/system/job.service":
          "[Unit]\nOnFailure=hook.service\n[Service]\nType=oneshot\nExecStart=-/bin/false\nExecStart=true\nExecStopPost=/bin/false\n",
        "/etc/systemd/system/hook.service": "[Service]\nExecStart=/usr/bin/touch /srv/x\n",
      }),
    ],
  }),
};

const START: ReadonlySet<string> = new Set(["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost"]);

function failure({ exec }: ClosureCommand, isAbsent: boolean): string | null {
  if (exec.flags.includes("ignore-failure")) return null;
  if (baseName(exec.path) === "false") return "runs false";
  const code = exec.argv.slice(1).join(" ");
  if (/^-c (exit [1-9][0-9]*|false)$/.test(code)) return "only exits with an error";
  return isAbsent && exec.path.startsWith("/") ? `runs ${exec.path}, which does not exist` : null;
}
