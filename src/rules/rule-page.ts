/** The page of a rule in `docs/rules/`, made from the rule itself. */
import type { MemoryEntry } from "../hosts/memory.ts";
import { formatRfc3339 } from "../time/timestamp-format.ts";
import type { Family, Rule, RuleFacts, Tree } from "./rule.ts";

const TECHNIQUES = "https://attack.mitre.org/techniques";

/** What a signal means for a verdict, in words. */
const SIGNALS: Readonly<Record<RuleFacts["signal"], string>> = {
  hostile: "no ordinary use: `alert` by itself",
  suspicious: "`suspect` by itself, `alert` in company",
  odd: "`review` by itself, `suspect` in company",
  weakness: "an open door, not an intruder",
  context: "no verdict by itself; it strengthens others",
};

const FAMILIES: readonly (readonly [Family, string])[] = [
  ["execution", "What it does"],
  ["placement", "Where it lies"],
  ["permissions", "Who could change it"],
  ["provenance", "Where it comes from"],
  ["masquerading", "What it pretends to be"],
  ["hiding", "How it hides"],
  ["environment", "What surrounds the command"],
  ["schedule", "When it runs"],
  ["protection", "What protects the host"],
  ["user-scope", "Users' own timers"],
  ["time", "What the times tell"],
  ["syntax", "What the text is made of"],
];

/** `docs/rules/ID.md`. */
export function rulePage(rule: Rule): string {
  const { id, title, severity, confidence, signal, family, depth, techniques, controls } = rule;
  return [
    `# ${id}`,
    "",
    `${title}.`,
    "",
    "| | |",
    "|---|---|",
    `| severity | ${severity} |`,
    `| confidence | ${confidence} |`,
    `| counts as | ${signal}: ${SIGNALS[signal]} |`,
    `| family | ${family} |`,
    `| depth | ${depth} |`,
    `| judges | ${rule.subject === "host" ? "the host" : "each timer and job"} |`,
    `| ATT&CK | ${techniques.map((each) => `[${each}](${TECHNIQUES}/${each.replace(".", "/")}/)`).join(", ")} |`,
    `| SP 800-53 | ${controls.join(", ")} |`,
    "",
    "## Why it matters",
    "",
    escaped(rule.why),
    "",
    "## Looks alike and is innocent",
    "",
    ...rule.benign.map((text) => `- ${escaped(text)}`),
    "",
    "## What would clear it",
    "",
    `${capital(escaped(rule.clears))}.`,
    "",
    ...examplesOf(rule),
    "## References",
    "",
    ...rule.references.map((text) => `- ${/^https?:/.test(text) ? `<${text}>` : escaped(text)}`),
    "",
  ].join("\n");
}

/** `docs/rules/index.md`: every rule by family. */
export function rulesIndex(rules: readonly Rule[]): string {
  const sections = FAMILIES.flatMap(([family, heading]) => {
    const own = rules.filter((rule) => rule.family === family).sort((a, b) => (a.id < b.id ? -1 : 1));
    if (own.length === 0) return [];
    return [
      `## ${heading}`,
      "",
      "| rule | says | severity | counts as |",
      "|---|---|---|---|",
      ...own.map(
        ({ id, title, severity, signal }) =>
          `| [${id}](${id}.md) | ${escaped(title)} | ${severity} | ${signal} |`,
      ),
      "",
    ];
  });
  return [
    "# Rules",
    "",
    `${rules.length} rules. [How findings become a verdict](../verdicts.md). \`timerwarden explain RULE\` shows a page without a network.`,
    "",
    ...sections,
  ].join("\n");
}

function examplesOf(rule: Rule): readonly string[] {
  const examples = rule.examples();
  const [fires] = examples.fires;
  const [quiet] = examples.quiet;
  if (fires === undefined || quiet === undefined) return [];
  return [
    "## It speaks",
    "",
    ...treeOf(fires),
    "## It stays silent",
    "",
    ...treeOf(quiet),
    `The rule's own tests hold ${examples.fires.length} that must speak and ${examples.quiet.length} that must not.`,
    "",
  ];
}

/** Files of a small host; what only makes it a host is left out. */
function treeOf(tree: Tree): readonly string[] {
  const shown = Object.entries(tree).filter(([path]) => !path.startsWith("/var/lib/dpkg/status"));
  return shown.flatMap(([path, entry]) => {
    const { note, text } = shownEntry(entry);
    const lines = text.replace(/\n+$/, "").split("\n");
    const body = text === "" ? [] : ["", "```", ...lines.slice(0, 24).map(plain), "```"];
    return [`\`${plain(path)}\`${note}`, ...body, ""];
  });
}

function shownEntry(entry: MemoryEntry): { readonly note: string; readonly text: string } {
  if (typeof entry === "string") return { note: "", text: entry };
  if (entry instanceof Uint8Array) return { note: ` (${entry.length} bytes)`, text: "" };
  const { content = "", link, dir, kind, mode, uid, mtimeNs } = entry;
  const notes = [
    link === undefined ? null : `a link to \`${plain(link)}\``,
    dir === true ? "a directory" : null,
    kind === undefined ? null : `a ${kind}`,
    mode === undefined ? null : `mode ${mode.toString(8).padStart(4, "0")}`,
    uid === undefined ? null : `of uid ${uid}`,
    mtimeNs === undefined || mtimeNs === null ? null : `dated ${formatRfc3339(Number(mtimeNs / 1000n))}`,
  ].filter((note) => note !== null);
  return {
    note: notes.length === 0 ? "" : ` (${notes.join(", ")})`,
    text: typeof content === "string" ? content : "",
  };
}

/** Control and invisible characters as their code points, so that a page never shows what a rule warns of. */
function plain(text: string): string {
  return text
    .slice(0, 400)
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu,
      (character) => {
        const code = character.codePointAt(0) ?? 0;
        return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
      },
    )
    .replaceAll("```", "'''");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replace(/<(?=[a-z/])/gi, "&lt;");
}

function capital(text: string): string {
  return text.startsWith("`") ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
}
