import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { Accusation, ActivationRule } from "./rule.ts";
import {
  accuse,
  baseName,
  behavioursOfKind,
  isAnsweredFor,
  isPackagedPlace,
  isPackagedProgram,
} from "./subject.ts";

/** Where packages put what is run. */
const PROGRAMS = /^\/(usr\/)?(s?bin|lib(32|64|exec)?)\//;
/** Links that decide which program a common name means (update-alternatives(1)). */
const ALTERNATIVE = /^\/etc\/alternatives\/[^/]+$/;
/** What rootkits in user space replace: who is here, what runs, what is open, who may come in. */
const WATCHED =
  /^(ps|top|htop|pstree|pgrep|ls|find|du|lsof|netstat|ss|ip|who|w|last|login|su|sudo|sshd?|passwd|systemctl|journalctl|crontab|crond?|bash|sh|dash|lsmod|dpkg|rpm|debsums|auditctl|pam_\w+\.so)$/;
/** Programs that do nothing: a tool linked to one of them is switched off. */
const IDLE = /^(true|false|null)$/;

/** A program of a package gets another content. */
export const replacesProgram: ActivationRule = {
  id: "replaces-program",
  subject: "activation",
  title: "Writes over a program that a package ships",
  severity: "critical",
  confidence: "high",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1554", "T1574.010", "T1014", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "A ps, sshd or sudo of somebody else's hides what it should show, or writes down passwords; the timer puts it back whenever an upgrade brings the genuine one.",
  benign: [
    "Tools installed where no package has a file (not accused)",
    "A link from one packaged program to another (not accused)",
  ],
  clears: "install it below /usr/local, or let dpkg-divert and a package replace the program",
  references: ["https://attack.mitre.org/techniques/T1554/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["writes"]))) {
      const { path = "", from } = behaviour.detail;
      if (ALTERNATIVE.test(path) && from !== undefined && !isAnsweredFor(from, inventory)) {
        if (isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
        yield accuse(behaviour, inventory, {
          says: `${baseName(path)} is made to mean ${from}`,
          confidence: "high",
        });
        continue;
      }
      if (!PROGRAMS.test(path) || !(WATCHED.test(baseName(path)) || isPackagedProgram(path, inventory)))
        continue;
      if (isPackagedProgram(from, inventory) && !IDLE.test(baseName(from ?? ""))) continue;
      if (isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      const more: Partial<Accusation> = {
        says: `${path} is written over${from === undefined ? "" : ` with ${from}`}`,
        confidence: "high",
      };
      yield accuse(behaviour, inventory, more);
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/cp /srv/ps /usr/bin/ps"),
      timed("ExecStart=/usr/bin/install -m 755 /srv/tool /usr/bin/tool", {
        "/usr/bin/tool": script(),
        ...dpkg(["/usr/bin/tool"]),
      }),
      timed("ExecStart=/bin/ln -sf /usr/bin/true /usr/bin/tool", {
        "/usr/bin/tool": script(),
        "/usr/bin/true": script(),
        ...dpkg(["/usr/bin/tool", "/usr/bin/true"]),
      }),
      timed("ExecStart=/bin/sh -c 'echo x > /usr/bin/sudo'"),
      timed("ExecStart=/bin/ln -sfn /srv/awk /etc/alternatives/awk"),
    ],
    finds: {
      1: [
        "suspicious critical high /etc/systemd/system/job.service:3: /usr/bin/ps is written over with /srv/ps",
      ],
      5: ["suspicious critical high /etc/systemd/system/job.service:3: awk is made to mean /srv/awk"],
      4: ["suspicious critical high /etc/systemd/system/job.service:3: /usr/bin/sudo is written over"],
    },
    quiet: [
      timed("ExecStart=/bin/ln -sfn /opt/jdk/bin/java /etc/alternatives/java", {
        "/opt/jdk/bin/java": script(),
      }),
      timed("ExecStart=/usr/bin/tee /etc/alternatives/README"),
      shipped("vendor", "ExecStart=/bin/ln -sfn /srv/awk /etc/alternatives/awk"),
      timed("ExecStart=/usr/bin/install -m 755 /srv/tool /usr/bin/tool"),
      timed("ExecStart=/bin/cp /srv/ps /usr/local/bin/ps"),
      timed("ExecStart=/bin/ln -sf /usr/bin/vim /usr/bin/vi", {
        "/usr/bin/vi": script(),
        "/usr/bin/vim": script(),
        ...dpkg(["/usr/bin/vi", "/usr/bin/vim"]),
      }),
      shipped("vendor", "ExecStart=/bin/cp /srv/ps /usr/bin/ps"),
    ],
  }),
};
