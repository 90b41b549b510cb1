import { controlNamed } from "../../controls/control.ts";
import type { Activation } from "../../inventory/activation.ts";
import { readInventory } from "../../inventory/inventory.ts";
import { nearest } from "../../nearest.ts";
import { openAcceptances } from "../../policy/acceptance.ts";
import { capabilityText, controlText } from "../../report/assessment/control-text.ts";
import { auditReport } from "../../report/build.ts";
import { caseLine, withCase } from "../../report/case-facts.ts";
import { explainText } from "../../report/explain-text.ts";
import { judge } from "../../rules/judge.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { openTargetOrBundle } from "../assessed-target.ts";
import { assessmentInputs, assessWith, EVIDENCE_OPTIONS } from "../assessment-inputs.ts";
import { CASE_OPTIONS, caseOf, caseOfRecording } from "../case.ts";
import { type Command, type RunError, type Streams, UsageError } from "../command.ts";
import { explainedWords, explainWord } from "../explain-words.ts";
import { inspect } from "../inspect.ts";
import { OUTPUT_OPTIONS, outputsOf, writeOutput } from "../output.ts";
import { acceptancesOf, ownRulesOf, POLICY_OPTIONS } from "../policy-files.ts";
import { REDACT_OPTIONS, redactor } from "../redact.ts";
import {
  isTarget,
  mustHaveSystemd,
  nothingToExamine,
  openOne,
  STYLE_OPTIONS,
  settle,
  styleOf,
  TARGET_OPTIONS,
} from "../target.ts";

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
    {
      line: "timerwarden explain CA-7 --history results --attestations ours.yaml",
      does: "the same with earlier results, and with what people vouch for",
    },
    { line: "timerwarden explain T1053.006", does: "a technique, and the rules that speak of it" },
    { line: "timerwarden explain exit 10", does: "an exit status; format sarif: an output format" },
  ],
  operands: [
    ["TIMER", "RULE", "CONTROL", "exit", "format"],
    ["TARGET", "EXIT"],
  ],
  formats: FORMATS,
  options: {
    ...EVIDENCE_OPTIONS,
    ...POLICY_OPTIONS,
    ...CASE_OPTIONS,
    ...OUTPUT_OPTIONS,
    ...REDACT_OPTIONS,
    ...TARGET_OPTIONS,
    ...STYLE_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const [thing, ...rest] = given.positionals;
    if (thing === undefined)
      throw new UsageError(
        "explain: name a timer, finding, rule, control, technique, format, reason word, or `exit CODE`",
      );
    const targets = rest.filter(isTarget);
    const control = CONTROL.test(thing) ? await explainedControl(thing, targets, given, streams) : null;
    if (control === null && Object.keys(EVIDENCE_OPTIONS).some((option) => given.text(option) !== null))
      throw new UsageError("explain: --attestations and --history are for controls, such as AC-6");
    const known = control ?? capabilityOf(thing) ?? explainWord(thing, rest);
    if (known !== null) {
      streams.out(known);
      return 0;
    }
    const [output] = outputsOf(given, FORMATS);
    if (targets.length < rest.length)
      throw new UsageError(`explain: one thing at a time, not ${rest.join(" ")}`);
    const said = caseOf(given);
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
    const matter = said ?? caseOfRecording(opened.host);
    if (output?.format === "json") {
      const report = withCase(auditReport(inventory, judgement), matter);
      const ids = new Set(found.map(({ id }) => id));
      const [timers, jobs] = [report.timers, report.jobs].map((rows) => rows.filter(({ id }) => ids.has(id)));
      const findings = report.findings.filter(({ id }) =>
        [...(timers ?? []), ...(jobs ?? [])].some((row) => row.findings.includes(id)),
      );
      const part = { ...report, timers: timers ?? [], jobs: jobs ?? [], findings };
      const shown = redactor(part, given, streams)("json");
      writeOutput(output, `${JSON.stringify(shown, null, 2)}\n`, streams);
      return 0;
    }
    const texts = found.map((activation) => {
      const judged = judgement.verdicts.get(activation.id) ?? { verdict: "unknown" as const, findings: [] };
      return [...explainText(activation, judged, inventory, style)].join("");
    });
    const text = [...caseLine({ case: matter ?? undefined }), texts.join("\n")].join("");
    const shown = redactor({ text: text.split("\n") }, given, streams)("table");
    writeOutput(output ?? { format: "table", file: null }, shown.text.join("\n"), streams);
    return 0;
  },
};

const CONTROL = /^(ac|ca|cm|ia|si)-?0?\d{1,2}$/i;

/** A control (`AC-6`, `ac6`) with its checks, as they come out on the target named, or on this machine. */
async function explainedControl(
  thing: string,
  targets: readonly string[],
  given: Arguments,
  streams: Streams,
): Promise<string> {
  const control = controlNamed(thing);
  if (control === null)
    throw new UsageError(`no control ${JSON.stringify(thing)} among the ten mapped to systemd timers`);
  const { opened, given: kept } = await openTargetOrBundle(targets, given, streams);
  const { host, zones, nowUsec, version, scopes } = opened;
  const inputs = { ...assessmentInputs(kept), controls: [control.id] };
  mustHaveSystemd(opened);
  const { assessment } = await settle(host, () =>
    assessWith(readInventory(host, { zones, nowUsec, version, scopes }), inputs),
  );
  const shown = redactor(assessment, given, streams)("table");
  const text = [...caseLine({ case: kept.case ?? undefined }), ...shown.controls.map(controlText)];
  return text.join("");
}

/** Capabilities of other frameworks: PR.AA-05.02, amazon_inspector, action.hacking.variety.… */
function capabilityOf(thing: string): string | null {
  const isNamed = /^[A-Z]{2}\.[A-Z]{2}-\d|^[a-z]+(?:_[a-z]+)+$|^(?:action|attribute|actor|asset)\./.test(
    thing,
  );
  return isNamed ? capabilityText(thing) : null;
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
