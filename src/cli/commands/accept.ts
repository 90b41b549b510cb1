import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type AcceptanceRecord, formatAcceptance, isLastDay } from "../../policy/acceptance.ts";
import { bindingOf } from "../../policy/binding.ts";
import { judge } from "../../rules/judge.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import { parseCommand } from "../arguments.ts";
import { type Command, RunError, UsageError } from "../command.ts";
import { inspect } from "../inspect.ts";
import { acceptFolders, ownRulesOf } from "../policy-files.ts";
import { isTarget, nothingToExamine, openOne, TARGET_OPTIONS } from "../target.ts";

export const accept: Command = {
  name: "accept",
  summary: "Decide that a finding is meant to be, until something changes or a day has passed",
  usage: "timerwarden accept ID… --reason TEXT --owner NAME --until DAY [TARGET]",
  examples: [
    {
      line: 'timerwarden accept tw-7f3a91c2b0 --reason "nightly backup, OPS-4711" --owner alice --until 2027-02-28',
      does: "the finding stays out of the verdict while unit and programs stay as they are",
    },
  ],
  operands: [["TARGET"]],
  options: {
    reason: { type: "string", value: "TEXT", does: "why it is meant to be (needed)" },
    owner: { type: "string", value: "NAME", does: "who answers for it (needed)" },
    "approved-by": { type: "string", value: "NAME", does: "who else agreed" },
    until: { type: "string", value: "DAY", does: "last day it counts, like 2027-02-28, or never (needed)" },
    file: { type: "string", value: "FILE", does: "append to this file instead of the usual one" },
    rules: { type: "string", multiple: true, value: "DIR", does: "own rules: a folder or a file" },
    ...TARGET_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const ids = given.positionals.filter((text) => text.startsWith("tw-"));
    if (ids.length === 0)
      throw new UsageError("accept: name a finding's id, like tw-7f3a91c2b0 (timerwarden audit)");
    const need = (option: string): string => {
      const value = given.text(option)?.trim();
      if (!value) throw new UsageError(`accept: --${option} is needed`);
      return value;
    };
    const [reason, owner, until] = [need("reason"), need("owner"), need("until")];
    if (!isLastDay(until)) throw new UsageError("accept: --until takes a day like 2027-02-28, or never");
    const targets = given.positionals.filter((text) => !text.startsWith("tw-"));
    const strange = targets.find((text) => !isTarget(text));
    if (strange !== undefined)
      throw new UsageError(`accept: ${JSON.stringify(strange)} is neither a finding's id nor a target`);
    const opened = await openOne(targets, given, streams);
    const own = await ownRulesOf(given);
    const { inventory, judgement } = await inspect(opened, (inventory) => ({
      inventory,
      judgement: judge(inventory, { rules: [...ALL_RULES, ...own], depth: "everything" }),
    }));
    const today = new Date(opened.nowUsec / 1000).toISOString().slice(0, 10);
    if (until !== "never" && until < today) throw new UsageError(`accept: ${until} has passed`);
    const records = ids.map((id): Omit<AcceptanceRecord, "place"> => {
      const finding = judgement.findings.find((candidate) => candidate.id === id);
      if (finding === undefined)
        throw nothingToExamine(`no finding ${id} here (timerwarden audit --depth everything)`);
      const { unit, scope, rule } = finding;
      const isOfHost = rule.subject === "host";
      const activation = inventory
        .activations()
        .find((candidate) => !isOfHost && candidate.unit === unit && candidate.scope === scope);
      const binds = bindingOf(finding, activation ?? null, opened.host);
      const approvedBy = given.text("approved-by");
      return {
        id,
        unit,
        scope,
        binds,
        reason,
        owner,
        until,
        ...(approvedBy ? { "approved-by": approvedBy } : {}),
      };
    });
    const file = given.text("file") ?? usualFile(streams.env);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
      appendFileSync(file, records.map(formatAcceptance).join(""), { mode: 0o644 });
    } catch (error) {
      throw new RunError(`cannot write ${file}: ${(error as Error).message}`);
    }
    streams.out(`accepted ${ids.join(", ")} until ${until}, in ${file}\n`);
    return 0;
  },
};

/** The machine's folder for root, the user's own for everyone else. */
function usualFile(env: Readonly<Record<string, string | undefined>>): string {
  const folders = acceptFolders(env);
  const folder = process.getuid?.() === 0 ? folders[0] : (folders[1] ?? folders[0]);
  return join(folder ?? ".", "accepted.yaml");
}
