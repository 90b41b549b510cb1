import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, dpkg, script, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isStray } from "./standing.ts";
import { servicesOf } from "./subject.ts";

/** `+` or `!` gives one command of a service with User= the rights of root. */
export const rootCommandInUnprivilegedService: ActivationRule = {
  id: "root-command-in-unprivileged-service",
  subject: "activation",
  title: "One command of an unprivileged service runs as root",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1548", "T1053.006"],
  controls: ["AC-6", "CM-7"],
  why: "User=nobody makes a unit look harmless. A single `+` before one program undoes it, together with every line of its sandbox.",
  benign: ["Packaged tools that prepare a directory: `+/usr/bin/install -d` (not accused)"],
  clears: "do the privileged step in a unit of its own, or let RuntimeDirectory= and its kin do it",
  references: ["man:systemd.service(5)"],

  *check(activation, inventory) {
    for (const { unit, service } of servicesOf(activation)) {
      const { user, dynamicUser } = service;
      if ((user === null || user.text === "root" || user.text === "0") && !dynamicUser) continue;
      for (const exec of [...service.commands.values()].flat()) {
        if (!exec.flags.some((flag) => flag === "fully-privileged" || flag === "no-setuid")) continue;
        const file = activation.closure.files.find(({ path }) => path === exec.path);
        if (file === undefined || !isStray(file, inventory)) continue;
        yield {
          says: `${unit.name} runs as ${user?.text ?? "a dynamic user"}, but ${exec.path} as root`,
          evidence: [evidenceAt(inventory, exec.span)],
        };
      }
    }
  },

  examples: () => ({
    fires: [
      timed("User=app\nExecStartPre=+/usr/local/lib/pre\nExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/usr/local/lib/pre": script(),
      }),
      timed("DynamicUser=yes\nExecStartPre=+/usr/local/lib/pre\nExecStart=/usr/bin/true", {
        "/usr/local/lib/pre": "ELF",
      }),
      timed("User=app\nExecStart=/usr/bin/true\nExecStartPost=!/usr/local/lib/post", {
        ...ACCOUNTS,
        "/usr/local/lib/post": script(),
      }),
    ],
    quiet: [
      timed("User=app\nExecStartPre=/usr/local/lib/pre\nExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/usr/local/lib/pre": script(),
      }),
      timed("ExecStart=+/usr/local/lib/pre", { "/usr/local/lib/pre": script() }),
      timed("User=root\nExecStart=+/usr/local/lib/pre", { "/usr/local/lib/pre": script() }),
      timed("User=0\nExecStart=+/usr/local/lib/pre", { "/usr/local/lib/pre": script() }),
      timed("User=app\nExecStartPre=/usr/local/lib/other\nExecStart=+/usr/bin/true", {
        ...ACCOUNTS,
        "/usr/local/lib/other": script(),
        "/usr/bin/true": script(),
        ...dpkg(["/usr/bin/true"]),
      }),
      timed("User=app\nExecStartPre=-/usr/local/lib/pre\nExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/usr/local/lib/pre": script(),
      }),
    ],
  }),
};
