/** The page of a check, made of the check itself (`docs/checks/`). */
import type { MemoryEntry } from "../hosts/memory.ts";
import type { Check, Example } from "./check.ts";
import { OBJECTIVES } from "./objective.ts";

export function checkPage(check: Check): string {
  const labels = check.objectives.map((id) => {
    const objective = OBJECTIVES.find((known) => known.id === id);
    return `- ${objective?.label ?? id}: ${objective?.states ?? ""}`;
  });
  const sections = [
    `# ${check.title}`,
    `\`${check.id}\` · ${check.control} · ${check.severity}`,
    check.why,
    `## What it reads\n\n${list(check.reads.map((path) => `\`${path}\``))}`,
    `## What it speaks to\n\n${labels.length > 0 ? labels.join("\n") : "No assessment objective by itself."}`,
    `## If it fails\n\n${sentence(check.remediation)}`,
    `## Known false results\n\n${list(check.falseResults)}`,
    `## Examples\n\n${[
      exampleText("Passes", check.examples().pass),
      exampleText("Fails", check.examples().fail),
    ].join("\n\n")}`,
    ...(check.references.length > 0 ? [`## References\n\n${list(check.references)}`] : []),
  ];
  return `${sections.join("\n\n")}\n`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function exampleText(title: string, examples: readonly Example[]): string {
  const [first] = examples;
  if (first === undefined) return `${title}: never.`;
  const files = Object.entries(first.files).map(([path, entry]) => fileText(path, entry));
  return `${title}:\n\n\`\`\`\n${files.join("\n") || "(an empty tree)"}\n\`\`\``;
}

function fileText(path: string, entry: MemoryEntry): string {
  if (typeof entry === "string") return `# ${path}\n${entry.trimEnd()}`;
  if (entry instanceof Uint8Array) return `# ${path} (${entry.length} bytes)`;
  const facts = [
    ...(entry.link === undefined ? [] : [`-> ${entry.link}`]),
    ...(entry.dir ? ["directory"] : []),
    ...(entry.mode === undefined ? [] : [`mode ${entry.mode.toString(8).padStart(4, "0")}`]),
    ...(entry.uid === undefined ? [] : [`uid ${entry.uid}`]),
    ...(entry.gid === undefined ? [] : [`gid ${entry.gid}`]),
    ...(entry.error === undefined ? [] : [`unreadable: ${entry.error}`]),
  ];
  const head = `# ${path}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
  return typeof entry.content === "string" && entry.content !== ""
    ? `${head}\n${entry.content.trimEnd()}`
    : head;
}
