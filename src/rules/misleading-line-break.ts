import type { Inventory } from "../inventory/inventory.ts";
import type { SourceFile } from "../manager/manager.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { evidenceAt } from "./evidence.ts";
import { shipped, timed } from "./example-host.ts";
import type { Accusation, ActivationRule } from "./rule.ts";
import { isPackagedPlace } from "./subject.ts";

const COMMENT = /^\s*[#;]/;
const ASSIGNMENT = /^\s*(Exec\w+|On\w+|Unit|Environment\w*|User|Wants|Requires|OnFailure|OnSuccess)\s*=/;
const MAX_BYTES = 1_048_576;

/** Line breaks make a reader take what counts for a comment, or what is part of another line for a setting. */
export const misleadingLineBreak: ActivationRule = {
  id: "misleading-line-break",
  subject: "activation",
  title: "Line breaks make a unit read differently than systemd reads it",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "syntax",
  depth: "regular",
  techniques: ["T1027", "T1036", "T1053.006"],
  controls: ["SI-4", "SI-7"],
  why: "A comment does not go on after a backslash, though it looks so: the next line counts. The other way round a comment inside a continued line vanishes, and a setting after a backslash is text of the line before.",
  benign: ["A commented-out command of several lines whose later lines are commented too (not accused)"],
  clears: "end the comment without a backslash; write each setting on a line of its own",
  references: ["man:systemd.syntax(7)", "systemd src/shared/conf-parser.c, config_parse()"],

  *check(activation, inventory) {
    for (const { loaded } of activation.closure.units)
      for (const source of [loaded.fragment, ...loaded.dropIns.map((each) => each.source)]) {
        if (source === null) continue;
        if (!isPackagedPlace(source.path, activation, inventory)) yield* trapsIn(source, inventory);
      }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/true\n# was once: \\\nExecStartPost=/usr/local/bin/x"),
      timed("ExecStart=/usr/local/bin/x \\\n# ExecStart=/usr/bin/true\n  --more"),
      timed("ExecStart=/usr/local/bin/x --note=\\\nExecStart=/usr/bin/true"),
      timed("ExecStart=/usr/local/bin/x \\\n# note \\\nExecStartPost=/usr/bin/true"),
    ],
    finds: {
      4: [
        "suspicious medium medium /etc/systemd/system/job.service:5: /etc/systemd/system/job.service shows a setting that is only text of the line before",
      ],
    },
    quiet: [
      timed("# old:\n# ExecStart=/usr/bin/a \\\n#   --b\nExecStart=/usr/bin/true \\\n  --quiet"),
      timed("ExecStart=/usr/bin/tar \\\n  # everything below /etc\n  -cf /srv/x /etc"),
      shipped("vendor", "ExecStart=/usr/bin/true\n# was once: \\\nExecStartPost=/usr/bin/x"),
    ],
  }),
};

function* trapsIn({ path }: SourceFile, inventory: Inventory): Generator<Accusation> {
  const content = inventory.host.readFile(path, MAX_BYTES);
  if (content.kind !== "present") return;
  const lines = decodeUtf8(content.value.bytes).split(/\r\n|\n|\r/);
  let isContinued = false;
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1] ?? "";
    const here = (says: string): Accusation => ({
      says: `${path} ${says}`,
      evidence: [evidenceAt(inventory, { path, line: index + 1, column: 1, length: line.length })],
    });
    if (COMMENT.test(line)) {
      if (isContinued && ASSIGNMENT.test(line.replace(COMMENT, "")))
        yield here("hides a setting as a comment inside another line");
      else if (!isContinued && line.endsWith("\\") && ASSIGNMENT.test(next))
        yield here("has a comment that seems to go on, and the next line counts");
      continue;
    }
    if (isContinued && ASSIGNMENT.test(line))
      yield here("shows a setting that is only text of the line before");
    isContinued = line.endsWith("\\");
  }
}
