import type { Activation } from "../../inventory/activation.ts";
import { nearest } from "../../nearest.ts";
import { openAcceptances } from "../../policy/acceptance.ts";
import { auditReport } from "../../report/build.ts";
import { explainText } from "../../report/explain-text.ts";
import { judge } from "../../rules/judge.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { type Command, type RunError, type Streams, UsageError } from "../command.ts";
import { explainedWords, explainWord } from "../explain-words.ts";
import { inspect } from "../inspect.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { acceptancesOf, ownRulesOf, POLICY_OPTIONS } from "../policy-files.ts";
import { isTarget, nothingToExamine, openOne, STYLE_OPTIONS, styleOf, TARGET_OPTIONS } from "../target.ts";

const FORMATS = ["table", "json"];

export const explain: Command = {
  name: "explain",
  summary:
    "One timer, job, finding, rule, control, technique, format, reason word, or exit code, told in full",
  usage: "timerwarden explain THING [TARGET] [options]",
  examples: [
    {
      line: "timerwarden explain apt-daily.timer",
      does: "when it runs, what, as whom, and how it is judged",
    },
    { line: "timerwarden explain backup.timer root:/mnt", does: "the same on mounted evidence" },
    {
      line: "timerwarden explain fetch-and-run",
      does: "what a rule accuses, its look-alikes, what clears it",
    },
    { line: "timerwarden explain AC-6", does: "a control, its checks, and how they come out here" },
    { line: "timerwarden explain T1053.006", does: "a technique, and the rules that speak of it" },
    { line: "timerwarden explain exit 10", does: "an exit status; format sarif: an output format" },
  ],
  operands: [
    ["TIMER", "RULE", "CONTROL", "exit", "format"],
    ["TARGET", "EXIT"],
  ],
  formats: FORMATS,
  options: { ...POLICY_OPTIONS, ...OUTPUT_OPTIONS, ...TARGET_OPTIONS, ...STYLE_OPTIONS },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const [thing, ...rest] = given.positionals;
    if (thing === undefined)
      throw new UsageError(
        "explain: name a timer, finding, rule, control, technique, format, reason word, or `exit CODE`",
      );
    const control = await explainedControl(thing, rest, given, streams);
    const known = control ?? explainWord(thing, rest);
    if (known !== null) {
      streams.out(known);
      return 0;
    }
    const [output] = outputsOf(given, FORMATS);
    const targets = rest.filter(isTarget);
    if (targets.length < rest.length)
      throw new UsageError(`explain: one thing at a time, not ${rest.join(" ")}`);
    const rules = [...ALL_RULES, ...(await ownRulesOf(given))];
    const decisions = acceptancesOf(given, streams.env);
    const opened = await openOne(targets, given, streams);
    const today = new Date(opened.nowUsec / 1000).toISOString().slice(0, 10);
    const { inventory, judgement } = await inspect(opened, (inventory) => {
      const { accept } = openAcceptances(decisions, inventory.host, today);
      return { inventory, judgement: judge(inventory, { rules, depth: "everything", accept }) };
    });
    const found = inventory
      .activations()
      .filter((activation) =>
        isMeant(activation, thing, judgement.verdicts.get(activation.id)?.findings ?? []),
      );
    if (found.length === 0) throw notFound(thing, inventory.activations());
    const style = styleOf(given, streams, opened.zones);
    if (output?.format === "json") {
      const report = auditReport(inventory, judgement);
      const ids = new Set(found.map(({ id }) => id));
      const [timers, jobs] = [report.timers, report.jobs].map((rows) => rows.filter(({ id }) => ids.has(id)));
      const findings = report.findings.filter(({ id }) =>
        [...(timers ?? []), ...(jobs ?? [])].some((row) => row.findings.includes(id)),
      );
      writeOutput(
        output,
        `${JSON.stringify({ ...report, timers: timers ?? [], jobs: jobs ?? [], findings }, null, 2)}\n`,
        streams,
      );
      return 0;
    }
    const texts = found.map((activation) => {
      const judged = judgement.verdicts.get(activation.id) ?? { verdict: "unknown" as const, findings: [] };
      return [...explainText(activation, judged, inventory, style)].join("");
    });
    writeOutput(output ?? { format: "table", file: null }, texts.join("\n"), streams);
    return 0;
  },
};

/** A control (`AC-6`, `ac6`) with its checks, and this target's result where one is named or this machine is meant. */
async function explainedControl(
  thing: string,
  rest: readonly string[],
  given: Arguments,
  streams: Streams,
): Promise<string | null> {
  // Capabilities of other frameworks: PR.AA-05.02, amazon_inspector, action.hacking.variety.…
  if (/^[A-Z]{2}\.[A-Z]{2}-\d|^[a-z]+(?:_[a-z]+)+$|^(?:action|attribute|actor|asset)\./.test(thing))
    return (await import("./assess.ts")).explainCapability(thing);
  if (!/^(ac|ca|cm|ia|si)-?0?\d{1,2}$/i.test(thing)) return null;
  const { explainControl } = await import("./assess.ts");
  const opened = await openOne(rest.filter(isTarget), given, streams);
  return await inspect(opened, (inventory) => explainControl(thing, inventory));
}

/** By name (with or without `.timer`), by id, by any other name of the unit, by the service it starts, by a finding. */
function isMeant(
  activation: Activation,
  thing: string,
  findings: readonly { readonly id: string }[],
): boolean {
  if (activation.id === thing || activation.unit === thing || findings.some(({ id }) => id === thing))
    return true;
  if (activation.kind !== "timer") return false;
  const { loaded, activates } = activation.record;
  return loaded.names.includes(thing) || activation.unit === `${thing}.timer` || activates === thing;
}

function notFound(thing: string, activations: readonly Activation[]): RunError {
  const meant = nearest(thing, [...activations.map(({ unit }) => unit), ...explainedWords()]);
  return nothingToExamine(
    `nothing here is called ${JSON.stringify(thing)}${meant ? `; did you mean ${meant}?` : ""}`,
  );
}
