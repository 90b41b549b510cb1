/** What `explain` knows without a target: exit codes, reasons, rules, techniques, formats, detections of exported rules. */
import { isTechniqueId, techniqueIdOf } from "../attack/technique-id.ts";
import { SEED_RELEASE } from "../attack/timer-techniques.ts";
import { COMMAND_DETECTIONS } from "../detections/commands.ts";
import { COMMAND_LIMIT, keyOf, LIMIT } from "../detections/detection.ts";
import { WRITE_DETECTIONS } from "../detections/writes.ts";
import { NO_ELAPSE } from "../inventory/next-elapse.ts";
import { EXPORTERS, exporterOf } from "../report/exporters.ts";
import { ALL_RULES } from "../rules/memory-rules.ts";
import { ruleText } from "../rules/rule-text.ts";
import { UsageError } from "./command.ts";
import { EXIT_CODES } from "./exit-codes.ts";

/** The word told in full, or `null` when it is none of ours and may be a unit's name. */
export function explainWord(thing: string, rest: readonly string[]): string | null {
  if (thing === "exit") return exitText(rest[0]);
  if (thing === "format") return formatText(rest[0] ?? "") ?? unknownFormat(rest[0]);
  const rule = ALL_RULES.find(({ id }) => id === thing);
  if (rule !== undefined) return ruleText(rule);
  if (Object.hasOwn(NO_ELAPSE, thing)) return `${thing}  ${NO_ELAPSE[thing as keyof typeof NO_ELAPSE]}\n`;
  return detectionText(thing) ?? techniqueText(thing) ?? formatText(thing);
}

/** Every word that `explainWord` knows, for suggestions. */
export function explainedWords(): readonly string[] {
  return [
    ...ALL_RULES.map(({ id }) => id),
    ...Object.keys(NO_ELAPSE),
    ...[...WRITE_DETECTIONS, ...COMMAND_DETECTIONS].map(({ id }) => id),
    ...SEED_RELEASE.techniques.map(({ id }) => id),
    ...EXPORTERS.map(({ name }) => name),
  ];
}

function exitText(word: string | undefined): string {
  const code = EXIT_CODES.find((entry) => String(entry.code) === word);
  if (code === undefined)
    throw new UsageError(`explain exit: one of ${EXIT_CODES.map((entry) => entry.code).join(" ")}`);
  return `${code.code}  ${code.meaning}\n`;
}

function formatText(name: string): string | null {
  const exporter = exporterOf(name);
  if (exporter === undefined) return null;
  const of = exporter.takes === "report" ? "a list or an audit" : "an audit only: it tells findings";
  return [
    `${exporter.name}: ${exporter.summary}`,
    `  of ${of}`,
    `  ${exporter.mediaType}, files end in ${exporter.extension}`,
    `  timerwarden audit -o ${exporter.name}=FILE${exporter.extension}`,
    "",
  ].join("\n");
}

function unknownFormat(name: string | undefined): never {
  const names = EXPORTERS.map((exporter) => exporter.name).join(" ");
  throw new UsageError(
    `explain format: one of ${names}${name === undefined ? "" : `, not ${JSON.stringify(name)}`}`,
  );
}

/** A technique of ATT&CK: what it is called, and what here speaks of it. */
function techniqueText(word: string): string | null {
  const id = techniqueIdOf(word);
  if (id === null || !isTechniqueId(id)) return null;
  const known = SEED_RELEASE.techniques.find((technique) => technique.id === id);
  const rules = ALL_RULES.filter(({ techniques }) => techniques.includes(id));
  const detections = [...WRITE_DETECTIONS, ...COMMAND_DETECTIONS].filter(({ techniques }) =>
    techniques.includes(id),
  );
  if (known === undefined && rules.length === 0) return null;
  const strategies = SEED_RELEASE.detections.filter((each) => known?.detections.includes(each.id));
  return [
    `${id}${known === undefined ? "" : `: ${known.name}`}`,
    ...(known === undefined
      ? []
      : [
          `  tactics ${known.tactics.join(", ")}; platforms ${known.platforms.join(", ")} (ATT&CK ${SEED_RELEASE.version})`,
        ]),
    ...strategies.map((strategy) => `  detection strategy ${strategy.id}: ${strategy.name}`),
    `  https://attack.mitre.org/techniques/${id.replace(".", "/")}/`,
    ...list(
      "Rules that cite it (timerwarden explain RULE):",
      rules.map((rule) => `${rule.id}: ${rule.title}`),
    ),
    ...list(
      "Told by rules for other tools (timerwarden rules export):",
      detections.map((detection) => `${detection.id}: ${detection.title}`),
    ),
    "",
    `Safeguards mapped to it: timerwarden mappings show ${id}`,
    "",
  ].join("\n");
}

function list(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  - ${line}`)];
}

/** A detection of `rules export`, by its id or by the key of its audit records. */
function detectionText(word: string): string | null {
  const isMeant = (detection: { readonly id: string }): boolean =>
    detection.id === word || keyOf(detection) === word;
  const write = WRITE_DETECTIONS.find(isMeant);
  const detection = write ?? COMMAND_DETECTIONS.find(isMeant);
  if (detection === undefined) return null;
  const { id, title, severity, why, benign, techniques, controls } = detection;
  return [
    `${id}: ${title}`,
    `  severity ${severity}, of rules for other tools (timerwarden rules export)`,
    "",
    `  ${why}`,
    `  ${write === undefined ? COMMAND_LIMIT : LIMIT}`,
    ...list("Looks alike and is innocent:", benign),
    ...list("Places (HOME: each home, RUNTIME: each /run/user/UID):", write?.places ?? []),
    "",
    `Maps to  ATT&CK ${techniques.join(", ")}   NIST SP 800-53 ${controls.join(", ")}`,
    "",
  ].join("\n");
}
