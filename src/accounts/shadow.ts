import type { Span } from "../syntax/span.ts";
import { type AccountProblem, colonLines, type Records } from "./colon-file.ts";

/**
 * What a password field allows, per shadow(5) and crypt(5):
 * - `password`: a hash stands there;
 * - `locked`: it begins with `!` (usermod -L, passwd -l), whatever follows;
 * - `empty`: no password is asked;
 * - `no-login`: `*`, no password can ever match;
 * - `unknown`: text that is none of these, so no known hash can match.
 */
export type PasswordState = "password" | "locked" | "empty" | "no-login" | "unknown";

/** An entry of shadow(5). The hash itself is never kept; days count from 1970-01-01, `null` means not set. */
export interface Shadow {
  readonly name: string;
  readonly state: PasswordState;
  /** The hash scheme by its name in crypt(5), also of a hash behind a lock; `null` when there is no hash. */
  readonly scheme: string | null;
  readonly lastChange: number | null;
  readonly minimumAge: number | null;
  readonly maximumAge: number | null;
  readonly warning: number | null;
  readonly inactive: number | null;
  /** The day from which the account is refused. */
  readonly expire: number | null;
  readonly span: Span;
}

/** Prefixes of crypt(5), longest first where one begins another. */
const SCHEMES: readonly (readonly [prefix: string, scheme: string])[] = [
  ["$gy$", "gost-yescrypt"],
  ["$y$", "yescrypt"],
  ["$7$", "scrypt"],
  ["$2a$", "bcrypt"],
  ["$2b$", "bcrypt"],
  ["$2x$", "bcrypt"],
  ["$2y$", "bcrypt"],
  ["$6$", "sha512crypt"],
  ["$5$", "sha256crypt"],
  ["$sha1", "sha1crypt"],
  ["$md5", "sunmd5"],
  ["$1$", "md5crypt"],
  ["$3$", "nt"],
];

/** Judges a password field without keeping it. */
export function passwordState(field: string): {
  readonly state: PasswordState;
  readonly scheme: string | null;
} {
  if (field === "") return { state: "empty", scheme: null };
  if (field.startsWith("!")) return { state: "locked", scheme: hashScheme(field.replace(/^!+/, "")) };
  if (field === "*") return { state: "no-login", scheme: null };
  const scheme = hashScheme(field);
  return { state: scheme === null ? "unknown" : "password", scheme };
}

function hashScheme(hash: string): string | null {
  const known = SCHEMES.find(([prefix]) => hash.startsWith(prefix));
  if (known !== undefined) return known[1];
  if (/^[./0-9A-Za-z]{13}$/.test(hash)) return "descrypt";
  if (/^_[./0-9A-Za-z]{19}$/.test(hash)) return "bsdicrypt";
  return null;
}

/** Reads shadow(5). A line without a password field is a problem; days that are no numbers count as not set. */
export function parseShadow(bytes: Uint8Array, path = "/etc/shadow"): Records<Shadow> {
  const records: Shadow[] = [];
  const problems: AccountProblem[] = [];
  for (const { fields, span } of colonLines(bytes, path, 9)) {
    const [name = "", password = "", ...days] = fields;
    if (fields.length < 2 || name === "") {
      problems.push({ span, reason: "no account name, or no password field" });
      continue;
    }
    const [lastChange, minimumAge, maximumAge, warning, inactive, expire] = [0, 1, 2, 3, 4, 5].map((i) =>
      dayCount(days[i] ?? ""),
    );
    records.push({
      name,
      ...passwordState(password),
      lastChange: lastChange ?? null,
      minimumAge: minimumAge ?? null,
      maximumAge: maximumAge ?? null,
      warning: warning ?? null,
      inactive: inactive ?? null,
      expire: expire ?? null,
      span,
    });
    const bad = days.slice(0, 6).find((text) => text !== "" && dayCount(text) === null && text !== "-1");
    if (bad !== undefined) problems.push({ span, reason: `"${bad.slice(0, 20)}" is not a number of days` });
  }
  return { records, problems };
}

function dayCount(text: string): number | null {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
}
