/** The frameworks whose capabilities are mapped to ATT&CK, and what a row of each one means. */

/**
 * `safeguard`: a row says that the capability may hinder, show, or answer the technique. `vocabulary`: the row only
 * says the same act in other words (VERIS) or names a flaw used with it (KEV), and protects from nothing.
 */
export type FrameworkKind = "safeguard" | "vocabulary";

export interface Framework {
  /** As in mapping files: `nist_800_53`. */
  readonly id: string;
  readonly title: string;
  readonly kind: FrameworkKind;
  /** What people type. */
  readonly aliases: readonly string[];
}

/** In the order results show them. A framework not listed is a safeguard, shown last under its own id. */
const FRAMEWORKS: readonly Framework[] = [
  {
    id: "nist_800_53",
    title: "NIST 800-53",
    kind: "safeguard",
    aliases: ["nist", "800-53", "sp800-53", "nist-800-53"],
  },
  { id: "cri_profile", title: "CRI Profile", kind: "safeguard", aliases: ["cri"] },
  { id: "csa_ccm", title: "CSA CCM", kind: "safeguard", aliases: ["csa", "ccm"] },
  { id: "veris", title: "VERIS", kind: "vocabulary", aliases: [] },
  { id: "kev", title: "CISA KEV", kind: "vocabulary", aliases: ["cve"] },
  { id: "aws", title: "AWS", kind: "safeguard", aliases: ["amazon"] },
  { id: "azure", title: "Azure", kind: "safeguard", aliases: [] },
  { id: "gcp", title: "Google Cloud", kind: "safeguard", aliases: ["google"] },
  { id: "m365", title: "Microsoft 365", kind: "safeguard", aliases: ["microsoft-365"] },
  { id: "intel-vpro", title: "Intel vPro", kind: "safeguard", aliases: ["vpro", "intel"] },
  { id: "timerwarden", title: "Timerwarden", kind: "safeguard", aliases: ["own"] },
];

const byId: ReadonlyMap<string, Framework> = new Map(FRAMEWORKS.map((entry) => [entry.id, entry]));

/** Never fails: an unknown framework is taken at its word. */
export function frameworkOf(id: string): Framework {
  return byId.get(id) ?? { id, title: id, kind: "safeguard", aliases: [] };
}

/** The id of the framework a person means: id, alias, any mix of `-`, `_`, blanks and case. */
export function frameworkIdOf(text: string): string {
  const plain = (word: string): string => word.toLowerCase().replace(/[\s_-]+/g, "-");
  const wanted = plain(text);
  const known = FRAMEWORKS.find(({ id, title, aliases }) =>
    [id, title, ...aliases].some((a) => plain(a) === wanted),
  );
  return known?.id ?? text;
}

/** Known frameworks in table order, then the others by id. */
export function compareFrameworks(a: string, b: string): number {
  const rank = (id: string): number => {
    const at = FRAMEWORKS.findIndex((entry) => entry.id === id);
    return at < 0 ? FRAMEWORKS.length : at;
  };
  return rank(a) - rank(b) || (a < b ? -1 : Number(a > b));
}

/** Versions are `rev5`, `v2.1`, `1.4.0`, or a date `12/12/2024`: numbers are compared as numbers, dates as dates. */
export function compareFrameworkVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : Number(a > b);
}

function numbersOf(version: string): readonly number[] {
  const [, month, day, year] = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(version) ?? [];
  if (year !== undefined) return [Number(year), Number(month), Number(day)];
  return [...version.matchAll(/\d{1,9}/g)].map(([digits]) => Number(digits));
}
