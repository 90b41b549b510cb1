/** Rules for a Wazuh 4 manager: children of its own rules for file integrity and for audit records. */
import { COMMAND_LIMIT, type CommandDetection, LIMIT, type WriteDetection } from "../detection.ts";
import { mappingText, type RuleExporter } from "../exporter.ts";
import { isDirectory, type Place } from "../place.ts";
import { commandKey } from "./auditd.ts";

export const wazuh: RuleExporter = {
  name: "wazuh",
  summary: "rules for a Wazuh 4 manager; the agents need wazuh-agent too",
  installAs: "/var/ossec/etc/rules/timerwarden_rules.xml",
  needs: "nothing",
  write({ writes, commands }) {
    const lines = [
      "<!--",
      "  Timerwarden: every place that makes, alters, arms or delays a timer or another scheduled job.",
      `  ${LIMIT}`,
      "  Agents need the settings of wazuh-agent (whodata), and for commands the rules of auditd.",
      "-->",
      '<group name="timerwarden,syscheck,">',
      ...writes.flatMap(writeRules),
      "</group>",
      "",
      '<group name="timerwarden,audit,">',
      ...commands.flatMap(commandRule),
      "</group>",
    ];
    return `${lines.join("\n")}\n`;
  },
};

/** Custom rules have 100000 to 120000. A write takes two: the alert, and the silence for known writers. */
const FIRST_WRITE = 110_600;
const FIRST_COMMAND = 110_700;

const LEVELS = { critical: 14, high: 12, medium: 8, low: 4, info: 2 };

function writeRules(detection: WriteDetection, index: number): readonly string[] {
  const { title, writers, severity } = detection;
  const id = FIRST_WRITE + 2 * index;
  return [
    ...rule(id, LEVELS[severity], detection, LIMIT, [
      "<if_sid>550,553,554</if_sid>",
      `<field name="file" type="pcre2">${escaped(pathPattern(detection.places))}</field>`,
      `<description>${escaped(title)}: $(file)</description>`,
    ]),
    ...(writers.length === 0
      ? []
      : [
          `  <rule id="${id + 1}" level="0">`,
          `    <if_sid>${id}</if_sid>`,
          `    <field name="process_name" type="pcre2">${escaped(writerPattern(writers))}</field>`,
          `    <description>${escaped(title)}, by a program that may</description>`,
          "  </rule>",
        ]),
  ];
}

function commandRule(detection: CommandDetection, index: number): readonly string[] {
  const { title, programs, words, also, severity } = detection;
  return rule(FIRST_COMMAND + index, LEVELS[severity], detection, COMMAND_LIMIT, [
    "<if_sid>80700</if_sid>",
    `<field name="audit.key" type="pcre2">${escaped(`^(?:${programs.map(commandKey).map(literal).join("|")})$`)}</field>`,
    // Several <match> of one kind are joined to alternatives, so that both conditions stand in one pattern.
    `<regex type="pcre2">${escaped(`${ahead(words)}${also.length > 0 ? ahead(also) : ""}`)}</regex>`,
    `<description>${escaped(title)}: $(audit.exe)</description>`,
  ]);
}

function rule(
  id: number,
  level: number,
  detection: WriteDetection | CommandDetection,
  limit: string,
  body: readonly string[],
): readonly string[] {
  const { why, techniques, controls } = detection;
  return [
    `  <!-- ${comment(`${why} ${limit} ${mappingText(detection)}.`)} -->`,
    `  <rule id="${id}" level="${level}">`,
    ...body.map((line) => `    ${line}`),
    "    <mitre>",
    ...techniques.map((technique) => `      <id>${technique}</id>`),
    "    </mitre>",
    `    <group>${controls.map((control) => `nist_800_53_${control.replace("-", ".")},`).join("")}</group>`,
    "  </rule>",
  ];
}

function pathPattern(places: readonly Place[]): string {
  const alternatives = places.map((place) => {
    const end = isDirectory(place) ? "" : "$";
    if (place.startsWith("HOME/")) return `${literal(place.slice(4))}${end}`;
    if (place.startsWith("RUNTIME/")) return `^/run/user/\\d+${literal(place.slice(7))}${end}`;
    return `^${literal(place)}${end}`;
  });
  return alternatives.join("|");
}

function writerPattern(writers: readonly string[]): string {
  return writers.map((writer) => `^${literal(writer)}${writer.endsWith("/") ? "" : "$"}`).join("|");
}

/** Somewhere in the record stands one of the words, each argument being `aN="…"`. */
function ahead(words: readonly string[]): string {
  const alternatives = words.map((word) => literal(word).replace(/^ /, '="').replace(/ $/, '"'));
  return `(?=.*(?:${alternatives.join("|")}))`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Two dashes would end a comment. */
function comment(text: string): string {
  return escaped(text).replaceAll("--", "- -");
}
