import { programName, SHELLS } from "../programs/names.ts";
import { unescapeName } from "../syntax/unit-name.ts";
import { evidenceAt } from "./evidence.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { servicesOf } from "./subject.ts";

/** Specifiers whose value is the instance's (systemd.unit(5)). */
const INSTANCE = /%[iIfjJ]/;

/** The name of an instance is the program, or shell text. */
export const instanceIsCommand: ActivationRule = {
  id: "instance-is-command",
  subject: "activation",
  title: "What runs is written in the name of a template's instance",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006", "T1027", "T1543.002"],
  controls: ["CM-7", "SI-4"],
  why: "The template's file says nothing: the command stands in the name of a link in a .wants directory. No tool that reads unit files sees it.",
  benign: ["Templates that name a database, a device or a configuration by their instance (not accused)"],
  clears: "write the command in the template, and only its subject in the instance",
  references: ["man:systemd.unit(5)"],

  *check(activation, inventory) {
    for (const { unit, service } of servicesOf(activation)) {
      const { name, execLines } = unit.loaded.unit;
      if (name.kind !== "instance") continue;
      const text = unescapeName(name.instance ?? "") ?? name.instance ?? "";
      for (const exec of [...service.commands.values()].flat()) {
        const raw = [...execLines].find(([, { commands }]) => commands.includes(exec))?.[0].value ?? "";
        if (!INSTANCE.test(raw)) continue;
        const isProgram = /^[-@:+!|]*\s*["']?%[iIfjJ]/.test(raw);
        const code = exec.argv[exec.argv.indexOf("-c") + 1] ?? "";
        const isCode =
          SHELLS.has(programName(exec.path)) &&
          exec.argv.includes("-c") &&
          (code.startsWith(text) || /[;&|`$<>]|\s\//.test(text));
        if (!isProgram && !isCode) continue;
        yield {
          says: `${unit.name} runs its own instance name: ${text.slice(0, 120)}`,
          evidence: [evidenceAt(inventory, exec.span)],
        };
      }
    }
  },

  examples: () => ({
    fires: [
      instance('ExecStart=/bin/sh -c "%I"', "-opt-x-run"),
      instance("ExecStart=%f", "opt-x-run"),
      instance('ExecStart=/bin/sh -c "exec %I"', "-opt-x-run\\x20\\x2fsrv"),
      instance("ExecStartPre=/usr/bin/true\nExecStart=%f", "opt-x-run"),
    ],
    quiet: [
      instance("ExecStart=/usr/bin/pg_dump %i", "main"),
      instance("ExecStart=/bin/sh -c 'pg_dump %i | gzip'", "main"),
      instance("ExecStart=/usr/bin/pg_dump -c main", "main"),
      instance("ExecStart=/usr/bin/env -c %I", "main"),
      instance("ExecStart=/bin/sh /srv/x %I", "srv-x"),
      instance("ExecStart=/bin/sh -c main", "main"),
      instance("ExecStart=/bin/sh /srv/x %i", "a\\x3bb"),
    ],
  }),
};

function instance(service: string, name: string): Tree {
  return {
    "/etc/systemd/system/job@.timer": "[Timer]\nOnCalendar=daily\n",
    "/etc/systemd/system/job@.service": `[Service]\nType=oneshot\n${service}\n`,
    [`/etc/systemd/system/timers.target.wants/job@${name}.timer`]: { link: "/etc/systemd/system/job@.timer" },
  };
}
