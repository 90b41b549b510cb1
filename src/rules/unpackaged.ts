import { evidenceOf, evidenceOfFile } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { strayCode } from "./standing.ts";
import { isOwnStray, ownFile } from "./subject.ts";

/** Nobody answers for the timer or for what it runs: the ordinary state of an administrator's own jobs. */
export const unpackaged: ActivationRule = {
  id: "unpackaged",
  subject: "activation",
  title: "No package answers for it",
  severity: "info",
  confidence: "high",
  signal: "context",
  family: "provenance",
  depth: "thorough",
  techniques: ["T1053.006"],
  controls: ["CM-5", "CM-8"],
  why: "Most jobs of administrators are like this, and so is everything an intruder plants. It means nothing by itself and strengthens every other finding.",
  benign: ["Scripts of administrators, configuration management, vendors without packages"],
  clears: "install it as a package, or accept it with an owner",
  references: ["https://attack.mitre.org/techniques/T1053/006/"],

  *check(activation, inventory) {
    const own = ownFile(activation);
    if (own !== null && isOwnStray(activation, inventory)) {
      yield { says: `no package ships ${own.path}`, evidence: [evidenceOfFile(own.path)] };
      return;
    }
    const [code] = strayCode(activation.closure, inventory);
    if (code !== undefined)
      yield { says: `no package ships ${code.path}, which it runs`, evidence: [evidenceOf(inventory, code)] };
  },

  examples: () => ({
    fires: [timed("ExecStart=/usr/local/bin/backup.sh", { "/usr/local/bin/backup.sh": script() })],
    finds: {
      1: [
        "context info high /etc/systemd/system/job.timer:0: no package ships /etc/systemd/system/job.timer",
      ],
    },
    quiet: [shipped("vendor", "ExecStart=/usr/bin/true")],
  }),
};
