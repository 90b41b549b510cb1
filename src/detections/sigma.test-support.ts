/** Sigma rules read and evaluated after the specification (version 2): selections, modifiers, wildcards, conditions. */
import { parseAllDocuments } from "yaml";

export type SigmaEvent = Readonly<Record<string, string>>;

export interface SigmaRule {
  readonly title: string;
  readonly id: string;
  readonly status: string;
  readonly description: string;
  readonly references: readonly string[];
  readonly date: string;
  readonly tags: readonly string[];
  readonly logsource: Readonly<Record<string, string>>;
  readonly detection: Readonly<Record<string, unknown>>;
  readonly falsepositives: readonly string[];
  readonly level: string;
}

export function readSigma(text: string): readonly SigmaRule[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as SigmaRule;
  });
}

/** All of the selections and filters of the rule's condition; a condition of another form is an error. */
export function sigmaMatches({ detection }: SigmaRule, event: SigmaEvent): boolean {
  const { condition, ...searches } = detection;
  const holds = (name: string): boolean => searchMatches(searches[name], event);
  const named = (pattern: string): string[] => {
    const names = Object.keys(searches).filter((name) =>
      pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    );
    if (names.length === 0) throw new Error(`${pattern} names nothing`);
    return names;
  };
  return String(condition)
    .split(" and ")
    .every((part) => {
      const [, not, quantity, pattern = ""] = /^(not )?(?:(1|all) of )?(\S+)$/.exec(part) ?? [];
      if (pattern === "") throw new Error(`a condition of another form: ${part}`);
      const names = named(pattern);
      const result = quantity === "1" ? names.some(holds) : names.every(holds);
      return not === undefined ? result : !result;
    });
}

function searchMatches(search: unknown, event: SigmaEvent): boolean {
  if (typeof search !== "object" || search === null || Array.isArray(search)) throw new Error("no map");
  return Object.entries(search).every(([key, wanted]) => {
    const [field = "", modifier, ...more] = key.split("|");
    if (more.length > 0) throw new Error(`too many modifiers: ${key}`);
    const values = Array.isArray(wanted) ? wanted.map(String) : [String(wanted)];
    return values.some((value) => valueMatches(event[field], value, modifier));
  });
}

/** Without regard to case, `*` and `?` being wildcards. */
function valueMatches(text: string | undefined, value: string, modifier: string | undefined): boolean {
  if (text === undefined) return false;
  const body = value
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const around = { startswith: ["^", ""], endswith: ["", "$"], contains: ["", ""] } as const;
  const [before, after] =
    modifier === undefined ? (["^", "$"] as const) : (around[modifier as keyof typeof around] ?? []);
  if (before === undefined) throw new Error(`no such modifier: ${modifier}`);
  return new RegExp(`${before}${body}${after}`, "is").test(text);
}
