import { evidenceOf } from "./evidence.ts";
import { script, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";

/** What runs lies where any local user can put files. A path that is only an argument is left to the behaviours. */
export const programInSharedDirectory: ActivationRule = {
  id: "program-in-shared-directory",
  subject: "activation",
  title: "Runs a program from a directory anyone can write to",
  severity: "high",
  confidence: "high",
  signal: "hostile",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1036.005"],
  controls: ["AC-3", "AC-6", "CM-5", "SI-7"],
  why: "Whoever replaces the file between two elapses runs code as the service's account, and no vendor ships programs there. Implants like memory file systems because nothing is left on disk after a reboot.",
  benign: [
    "Installers that run once from /tmp and forget to remove their timer",
    "Test machines where a developer tries out a build from /var/tmp",
  ],
  clears: "move the program to a directory only root can write to, such as /usr/local/sbin",
  references: ["https://attack.mitre.org/techniques/T1053/006/", "man:file-hierarchy(7)"],

  *check({ closure }, inventory) {
    for (const file of closure.files) {
      if (file.role !== "program" && file.role !== "script" && file.role !== "library") continue;
      const place = sharedDirectory(file.path) ?? (file.realPath ? sharedDirectory(file.realPath) : null);
      if (place === null) continue;
      const real = file.realPath !== null && file.realPath !== file.path ? ` (really ${file.realPath})` : "";
      yield {
        says: `${file.unit} runs ${file.path}${real}, which lies in ${place.directory}: ${place.what}`,
        evidence: [evidenceOf(inventory, file, place.what)],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/dev/shm/.x/kworkerd --daemon\n",
      },
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnBootSec=5\nUnit=b.service\n",
        "/etc/systemd/system/b.service": "[Service]\nExecStart=-/usr/bin/env nice /var/tmp/x --quiet\n",
      },
      timed("ExecStart=/bin/sh /tmp/x.sh", { "/tmp/x.sh": "true\n" }),
      timed("Environment=LD_PRELOAD=/tmp/x.so\nExecStart=/usr/bin/true", { "/tmp/x.so": "ELF" }),
      timed("ExecStart=/usr/local/bin/x\nExecStart=/tmp/y", {
        "/usr/local/bin/x": { link: "/tmp/x" },
        "/tmp/x": script(),
        "/tmp/y": script(),
      }),
    ],
    finds: {
      1: [
        "hostile high high /etc/systemd/system/a.service:2: a.service runs /dev/shm/.x/kworkerd, which lies in /dev/shm/: a memory file system any user can write to, gone after reboot",
      ],
      4: [
        "hostile high high /etc/systemd/system/job.service:3: job.service runs /tmp/x.so, which lies in /tmp/: a directory any user can write to, emptied at boot",
      ],
      5: [
        "hostile high high /etc/systemd/system/job.service:3: job.service runs /usr/local/bin/x (really /tmp/x), which lies in /tmp/: a directory any user can write to, emptied at boot",
        "hostile high high /etc/systemd/system/job.service:4: job.service runs /tmp/y, which lies in /tmp/: a directory any user can write to, emptied at boot",
      ],
    },
    quiet: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/bin/find /tmp/old -delete\n",
      },
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/tmpfiles/run\n",
      },
      timed("EnvironmentFile=/tmp/x.env\nExecStart=/usr/bin/true", { "/tmp/x.env": "A=b\n" }),
    ],
  }),
};
