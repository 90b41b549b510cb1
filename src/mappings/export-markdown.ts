/** Rows as Markdown, a table for each set. */

import { grouped } from "../grouped.ts";
import { frameworkOf } from "./framework.ts";
import { type MappingRow, setKey } from "./mapping-set.ts";

const TITLES = ["Technique", "Capability", "Title", "Type", "Score", "Comment"];

export function exportMarkdown(rows: readonly MappingRow[]): string {
  const bySet = grouped(rows, (row) => setKey(row.set));
  return [...bySet.values()].map(section).join("\n");
}

function section(rows: readonly MappingRow[]): string {
  const set = rows[0]?.set;
  if (set === undefined) return "";
  const { metadata, origin, file } = set;
  const { title, kind } = frameworkOf(metadata.mapping_framework);
  const lines = rows.map(({ technique, capability, raw, typeLabel }) =>
    line([
      [technique ?? "", raw.attack_object_name ?? ""].join(" ").trim(),
      capability?.id ?? "",
      raw.capability_description ?? "",
      typeLabel ?? "",
      [raw.score_category, raw.score_value].filter(Boolean).join(" "),
      raw.comments ?? "",
    ]),
  );
  const version = metadata.mapping_framework_version;
  const heading = `## ${markdown(`${title} ${version}, ATT&CK ${metadata.attack_version} ${metadata.technology_domain}`)}`;
  const note =
    kind === "vocabulary" ? "Vocabulary: these rows describe the act, they protect from nothing. " : "";
  const source = `${note}Source: ${markdown(file)} (${origin}).`;
  return [heading, "", source, "", line(TITLES), `|${" --- |".repeat(TITLES.length)}`, ...lines, ""].join(
    "\n",
  );
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(markdown).join(" | ")} |`;
}

/** Text that stays text in Markdown: marks escaped, breaks made blanks, what is invisible shown as its code. */
export function markdown(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(
      // biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant
      /[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g,
      (character) => `\\\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
    .replace(/[&<>]/g, (character) => `&${{ "&": "amp", "<": "lt", ">": "gt" }[character]};`)
    .replace(/[|`*[\]~#!]|(?<!\w)_|_(?!\w)/g, (mark) => `\\${mark}`);
}
