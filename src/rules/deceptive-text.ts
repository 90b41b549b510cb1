import type { Oddity, OddityKind } from "../syntax/oddity.ts";
import { evidenceAt } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

const WORDS: Readonly<Record<OddityKind, string>> = {
  "terminal-escape": "an escape sequence that drives the terminal",
  "control-character": "a control character",
  "bidi-control": "a character that turns the reading direction",
  "zero-width": "a character without width",
  nul: "a NUL, which ends a line for systemd and not on a screen",
  "bare-carriage-return": "a carriage return that hides what follows it on a screen",
  "byte-order-mark": "a byte order mark",
  "invalid-utf8": "bytes that are not UTF-8",
  "long-line": "a line too long to see its end",
  "blank-lines": "a run of blank lines that pushes the rest off the screen",
  "padded-line": "a run of white space that pushes the end of a line off the screen",
};

/** Ordinary carelessness, or other systems' habits: told, and not held against anyone by itself. */
const CARELESS: ReadonlySet<OddityKind> = new Set(["byte-order-mark", "invalid-utf8", "control-character"]);

/** A unit file of the closure looks different on a screen than it is to systemd. */
export const deceptiveText: ActivationRule = {
  id: "deceptive-text",
  subject: "activation",
  title: "A unit file looks different to people than to systemd",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "syntax",
  depth: "regular",
  techniques: ["T1053.006", "T1027", "T1036"],
  controls: ["SI-4", "SI-7"],
  why: "Escape sequences, direction controls, invisible characters and walls of blank lines serve to show a reader something else than what runs. systemd ends lines at CR and NUL; most viewers do not.",
  benign: [
    "A file edited on another system, with a byte order mark (milder)",
    "Text in a language that needs direction marks, in a Description=",
  ],
  clears: "remove the characters; `timerwarden explain` shows each as its code",
  references: ["https://attack.mitre.org/techniques/T1027/", "systemd src/basic/fileio.c, read_line_full()"],

  *check({ closure }, inventory) {
    for (const { loaded } of closure.units)
      for (const source of [loaded.fragment, ...loaded.dropIns.map((dropIn) => dropIn.source)]) {
        if (source === null) continue;
        for (const oddity of firstOfEach(source.file.oddities))
          yield {
            says: `${source.path} holds ${WORDS[oddity.kind]}`,
            evidence: [evidenceAt(inventory, oddity.span)],
            ...(CARELESS.has(oddity.kind) ? { severity: "low" as const, signal: "context" as const } : {}),
          };
      }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.service.d/x.conf": "[Unit]\nDescription=\u001b[2Jfine\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.service": `[Service]\nExecStart=/usr/bin/true\n${"\n".repeat(400)}[Service]\nExecStartPost=/opt/x\n`,
      }),
      timed("ExecStart=/usr/bin/\u202eeurt"),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.service":
          "\ufeff[Unit]\nWants=a.service\n[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/service.d/x.conf": "[Unit]\nDescription=\u001b[2Jfine\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high medium /etc/systemd/system/job.service.d/x.conf:2: /etc/systemd/system/job.service.d/x.conf holds an escape sequence that drives the terminal",
      ],
      4: [
        "suspicious high medium /etc/systemd/system/service.d/x.conf:2: /etc/systemd/system/service.d/x.conf holds an escape sequence that drives the terminal",
        "context low medium /etc/systemd/system/job.service:1: /etc/systemd/system/job.service holds a byte order mark",
      ],
    },
    quiet: [timed("# Grüße\nExecStart=/usr/bin/true"), timed("ExecStart=/usr/bin/true\r\nNice=5\r")],
  }),
};

function firstOfEach(oddities: readonly Oddity[]): readonly Oddity[] {
  return [...new Map([...oddities].reverse().map((oddity) => [oddity.kind, oddity])).values()].reverse();
}
