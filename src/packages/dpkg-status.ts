import { MAX_PACKAGES } from "./claim.ts";
import { rawLines } from "./raw-lines.ts";

/** What dpkg's status database (deb-status; dpkg `lib/dpkg/parse.c`) says of one package. Texts are raw bytes. */
export interface DpkgPackage {
  readonly name: string;
  readonly architecture: string;
  readonly version: string;
  /** Third word of `Status`: `installed`, `config-files`, `half-configured`, …; empty when missing. */
  readonly state: string;
  readonly multiArchSame: boolean;
  readonly origin: string | null;
  readonly maintainer: string | null;
  /** Configuration file (raw path) to the md5 it was shipped with; `newconffile` means not known yet. */
  readonly conffiles: ReadonlyMap<string, string>;
}

/** Reads every stanza; a stanza without `Package` is passed over. Later stanzas of a package replace earlier ones. */
export function parseDpkgStatus(text: string): readonly DpkgPackage[] {
  const packages: DpkgPackage[] = [];
  for (let start = 0; start < text.length && packages.length < MAX_PACKAGES; ) {
    const gap = text.indexOf("\n\n", start);
    const end = gap < 0 ? text.length : gap;
    const found = parseStanza(text.slice(start, end));
    if (found !== null) packages.push(found);
    start = end + 1;
    while (text[start] === "\n") start++;
  }
  return packages;
}

const KEPT: ReadonlySet<string> = new Set([
  "package",
  "status",
  "version",
  "architecture",
  "multi-arch",
  "origin",
  "maintainer",
  "conffiles",
]);

function parseStanza(stanza: string): DpkgPackage | null {
  const fields = parseFields(stanza, KEPT);
  const name = fields.get("package") ?? "";
  if (name === "") return null;
  return {
    name,
    architecture: fields.get("architecture") ?? "",
    version: fields.get("version") ?? "",
    state: (fields.get("status") ?? "").split(" ")[2] ?? "",
    multiArchSame: fields.get("multi-arch") === "same",
    origin: fields.get("origin") ?? null,
    maintainer: fields.get("maintainer") ?? null,
    conffiles: parseConffiles(fields.get("conffiles") ?? ""),
  };
}

/** Fields of a deb822 paragraph by lower-cased name; continuation lines keep their line breaks. */
function parseFields(paragraph: string, kept: ReadonlySet<string>): Map<string, string> {
  const fields = new Map<string, string>();
  let current: string | null = null;
  for (let start = 0; start < paragraph.length; ) {
    const newline = paragraph.indexOf("\n", start);
    const end = newline < 0 ? paragraph.length : newline;
    const continued = paragraph[start] === " " || paragraph[start] === "\t";
    if (!continued) {
      const line = paragraph.slice(start, end);
      const colon = line.indexOf(":");
      const name = line.slice(0, Math.max(0, colon)).toLowerCase();
      current = kept.has(name) ? name : null;
      if (current !== null) fields.set(current, line.slice(colon + 1).trim());
    } else if (current !== null) {
      fields.set(current, `${fields.get(current) ?? ""}\n${paragraph.slice(start, end)}`);
    }
    start = end + 1;
  }
  return fields;
}

/** Lines ` /path md5`, with `obsolete` or `remove-on-upgrade` after it; paths may hold spaces. */
function parseConffiles(field: string): ReadonlyMap<string, string> {
  const conffiles = new Map<string, string>();
  for (const line of rawLines(field)) {
    const words = line.trim().split(" ");
    while (words.at(-1) === "obsolete" || words.at(-1) === "remove-on-upgrade") words.pop();
    const digest = words.pop();
    const path = words.join(" ");
    if (digest !== undefined && path.startsWith("/")) conffiles.set(path, digest);
  }
  return conffiles;
}
