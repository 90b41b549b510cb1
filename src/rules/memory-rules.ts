import { DISAGREEMENT_KINDS } from "../live/disagreement.ts";
import { liveOf } from "../live/with-live.ts";
import { RULES } from "./index.ts";
import type { HostRule, Rule } from "./rule.ts";

/**
 * One rule for each way in which a running manager's memory can differ from the files (`live/disagreement.ts` holds
 * the table). They speak only where a manager was asked; the real one referees them in `live/sandbox.test.ts`.
 */
export const MEMORY_RULES: readonly HostRule[] = DISAGREEMENT_KINDS.map((kind) => ({
  ...kind,
  subject: "host",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CA-7", "CM-5", "SI-4"],
  references: ["man:systemctl(1)", "man:org.freedesktop.systemd1(5)"],
  examples: () => ({ fires: [], quiet: [] }),

  *check(inventory) {
    for (const { rule, unit, scope, says, evidence, severity } of liveOf(inventory)?.disagreements ?? [])
      if (rule === kind.id)
        yield { unit, scope, says, evidence, ...(severity === undefined ? {} : { severity }) };
  },
}));

/** Every rule there is: those of files, then those of memory. */
export const ALL_RULES: readonly Rule[] = [...RULES, ...MEMORY_RULES];
