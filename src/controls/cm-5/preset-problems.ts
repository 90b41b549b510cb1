import { namesIn, readText } from "../sources/read-text.ts";
import { lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

const FOLDERS = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((base) => `${base}/systemd/system-preset`);

/** Where presets stand, for `Check.reads`. */
export const PRESET_READS: readonly string[] = FOLDERS.map((folder) => `${folder}/*`);

/** Lines systemd passes over with a warning: what was meant is not known. */
export function presetProblems({ host }: Pick<Subject, "host">): readonly SourceProblem[] {
  const problems: SourceProblem[] = [];
  for (const folder of FOLDERS)
    for (const name of namesIn(host, folder, problems)) {
      if (!name.endsWith(".preset")) continue;
      const path = `${folder}/${name}`;
      const text = readText(host, path, problems) ?? "";
      for (const [index, raw] of text.split("\n").entries())
        if (!/^\s*([#;].*|(enable|disable|ignore)\s+\S.*)?$/.test(raw))
          problems.push({ span: lineSpan(path, index + 1), reason: "no preset rule" });
    }
  return problems;
}
