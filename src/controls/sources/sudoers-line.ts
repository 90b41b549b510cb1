import { type Parsed, parsed, problem } from "../../parsed.ts";

/** One thing in a list: a user, group, host, command, or alias; `!` before it turns it round. */
export interface SudoMember {
  readonly text: string;
  readonly negated: boolean;
}

/** One command of a rule with what was said before it: as whom, and under which tags. */
export interface CommandSpec {
  /** `null` when no `(…)` stands before it: root. */
  readonly runAsUsers: readonly SudoMember[] | null;
  readonly runAsGroups: readonly SudoMember[];
  /** Of `NOPASSWD`, `SETENV`, …: the last of each pair. */
  readonly tags: ReadonlySet<string>;
  /** A path with its arguments, `ALL`, `sudoedit …`, `list`, or an alias; digests are cut off. */
  readonly command: SudoMember;
}

export type SudoersLine =
  | { readonly kind: "blank" }
  | { readonly kind: "include" | "includedir"; readonly path: string }
  | {
      readonly kind: "alias";
      readonly of: "User" | "Runas" | "Host" | "Cmnd";
      readonly aliases: readonly { readonly name: string; readonly members: readonly SudoMember[] }[];
    }
  | {
      readonly kind: "defaults";
      readonly scope: string;
      readonly settings: readonly {
        readonly name: string;
        readonly negated: boolean;
        readonly value: string | null;
      }[];
    }
  | {
      readonly kind: "rule";
      readonly users: readonly SudoMember[];
      readonly privileges: readonly {
        readonly hosts: readonly SudoMember[];
        readonly commands: readonly CommandSpec[];
      }[];
    };

/** Pairs of tags of which the later one wins (sudoers(5), Tag_Spec). */
const TAGS: ReadonlyMap<string, string> = new Map([
  ["NOPASSWD", "PASSWD"],
  ["NOEXEC", "EXEC"],
  ["SETENV", "NOSETENV"],
  ["LOG_INPUT", "NOLOG_INPUT"],
  ["LOG_OUTPUT", "NOLOG_OUTPUT"],
  ["FOLLOW", "NOFOLLOW"],
  ["MAIL", "NOMAIL"],
  ["INTERCEPT", "NOINTERCEPT"],
]);

const OPPOSITES: ReadonlyMap<string, string> = new Map([
  ...TAGS,
  ...[...TAGS].map(([one, other]) => [other, one] as const),
]);

const OPTION =
  /^(?:ROLE|TYPE|APPARMOR_PROFILE|PRIVS|LIMITPRIVS|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER)\s*=\s*(?:"[^"]*"|[^\s,:=]+)\s*/;

class BadLine extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** One logical line of sudoers(5). */
export function parseSudoersLine(line: string): Parsed<SudoersLine> {
  try {
    return parsed(parseLine(line));
  } catch (error) {
    if (error instanceof BadLine) return problem("EINVAL", error.message, error.at);
    throw error;
  }
}

function parseLine(line: string): SudoersLine {
  const include = /^\s*[@#](include|includedir)\s+(?:"([^"]+)"|((?:\\.|[^\s\\])+))\s*$/.exec(line);
  if (include) {
    const kind = include[1] === "include" ? "include" : "includedir";
    return { kind, path: include[2] ?? (include[3] ?? "").replace(/\\(.)/g, "$1") };
  }
  const text = withoutComment(line).trim();
  if (text === "") return { kind: "blank" };
  const alias = /^(User|Runas|Host|Cmnd|Cmd)_Alias\s+/.exec(text);
  if (alias) return aliasLine(alias[1] === "Cmd" ? "Cmnd" : alias[1], text.slice(alias[0].length));
  const defaults = /^Defaults(?:([@:!>])\s*((?:"[^"]*"|\\.|[^\s\\])+))?(?=\s|$)/.exec(text);
  if (defaults)
    return defaultsLine(`${defaults[1] ?? ""}${defaults[2] ?? ""}`, text.slice(defaults[0].length));
  return ruleLine(text);
}

/** `#` begins a comment unless it is escaped, quoted, or begins a uid or gid (`#1000`, `%#1000`). */
function withoutComment(line: string): string {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (character === "#" && !quoted && !/^#-?\d/.test(line.slice(at, at + 3))) return line.slice(0, at);
  }
  return line;
}

function aliasLine(kind: string | undefined, text: string): SudoersLine {
  const of = kind === "Runas" || kind === "Host" || kind === "Cmnd" ? kind : "User";
  const aliases = split(text, ":").map((part) => {
    const found = /^\s*([A-Z][A-Z0-9_]*)\s*=([\s\S]*)$/.exec(part);
    if (!found) throw new BadLine("not an alias", 0);
    return { name: found[1] ?? "", members: members(found[2] ?? "") };
  });
  return { kind: "alias", of, aliases };
}

function defaultsLine(scope: string, text: string): SudoersLine {
  const settings = split(text, ",").map((part) => {
    const found = /^\s*(!*)\s*([a-z_A-Z]+)\s*(?:[+-]?=\s*([\s\S]*?))?\s*$/.exec(part);
    if (!found) throw new BadLine("not a setting of Defaults", 0);
    const value = found[3] === undefined ? null : unquote(found[3]);
    return { name: found[2] ?? "", negated: (found[1] ?? "").length % 2 === 1, value };
  });
  return { kind: "defaults", scope, settings };
}

function ruleLine(text: string): SudoersLine {
  const { list: users, end } = leadingList(text);
  const privileges = split(joinTags(text.slice(end)), ":").map((part) => {
    const equals = indexOutside(part, "=");
    if (equals < 0) throw new BadLine("neither a rule nor a setting", 0);
    return { hosts: members(part.slice(0, equals)), commands: commandSpecs(part.slice(equals + 1)) };
  });
  return { kind: "rule", users, privileges };
}

const TAG_MARK = "\u0001";

/** The colon of a tag or of `(user:group)` or a digest separates nothing: marked so that it is not split at. */
function joinTags(text: string): string {
  return text
    .replace(/\b([A-Z_]{4,15})[ \t]*:/g, (whole, tag) => (OPPOSITES.has(tag) ? `${tag}${TAG_MARK}` : whole))
    .replace(/\(([^()]*)\)/g, (whole) => whole.replaceAll(":", TAG_MARK))
    .replace(/\b(sha(?:224|256|384|512)):/g, `$1${TAG_MARK}`)
    .replace(/(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])/g, (address) =>
      address.replaceAll(":", TAG_MARK),
    );
}

/** Users end at the first blank that follows an item rather than a comma. */
function leadingList(text: string): { readonly list: readonly SudoMember[]; readonly end: number } {
  const item = /\s*(!*\s*(?:"[^"]*"|(?:\\.|[^\s\\,"=!:()])+))\s*/y;
  const list: SudoMember[] = [];
  let at = 0;
  for (;;) {
    item.lastIndex = at;
    const found = item.exec(text);
    if (found === null) throw new BadLine("not a list of users", at);
    list.push(member(found[1] ?? ""));
    at = item.lastIndex;
    if (text[at] !== ",") return { list, end: at };
    at++;
  }
}

function commandSpecs(text: string): readonly CommandSpec[] {
  const specs: CommandSpec[] = [];
  let runAsUsers: readonly SudoMember[] | null = null;
  let runAsGroups: readonly SudoMember[] = [];
  let tags: ReadonlySet<string> = new Set();
  for (const part of split(text, ",", true)) {
    let rest = part.trim();
    const runAs = /^\(([^()]*)\)\s*/.exec(rest);
    if (runAs) {
      const [users = "", groups = ""] = (runAs[1] ?? "").split(TAG_MARK);
      runAsUsers = users.trim() === "" ? [] : members(users);
      runAsGroups = groups.trim() === "" ? [] : members(groups);
      rest = rest.slice(runAs[0].length);
    }
    for (;;) {
      const option = OPTION.exec(rest);
      const tag = new RegExp(`^([A-Z_]+)${TAG_MARK}\\s*`).exec(rest);
      if (option) rest = rest.slice(option[0].length);
      else if (tag) {
        const name = tag[1] ?? "";
        tags = new Set([...tags].filter((other) => other !== OPPOSITES.get(name)).concat(name));
        rest = rest.slice(tag[0].length);
      } else break;
    }
    const command = rest.replace(new RegExp(`^sha\\d+${TAG_MARK}\\s*\\S+\\s+`), "").replaceAll(TAG_MARK, ":");
    if (command === "") throw new BadLine("no command where one is due", 0);
    const { text: plain, negated } = member(command);
    if (!/^(?:\/|[A-Z][A-Z0-9_]*$|sudoedit\b|list$|\^)/.test(plain))
      throw new BadLine(`${plain} is no command: it does not begin with a slash`, 0);
    specs.push({ runAsUsers, runAsGroups, tags, command: { text: plain, negated } });
  }
  return specs;
}

function members(text: string): readonly SudoMember[] {
  return split(text, ",").map((part) => {
    if (part.trim() === "") throw new BadLine("an empty place in a list", 0);
    return member(part);
  });
}

function member(text: string): SudoMember {
  const found = /^\s*([!\s]*)([\s\S]*?)\s*$/.exec(text);
  const marks = (found?.[1] ?? "").replace(/\s/g, "");
  return { text: unquote((found?.[2] ?? "").replaceAll(TAG_MARK, ":")), negated: marks.length % 2 === 1 };
}

function unquote(text: string): string {
  const quoted = /^"((?:\\.|[^"\\])*)"$/.exec(text);
  return (quoted?.[1] ?? text).replace(/\\([,:=\\" #!()])/g, "$1");
}

/** Splits at a character that is not escaped, quoted, or in parentheses. */
function split(text: string, separator: string, parentheses = false): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = indexOutside(text, separator, 0, parentheses); at >= 0; ) {
    parts.push(text.slice(from, at));
    from = at + 1;
    at = indexOutside(text, separator, from, parentheses);
  }
  parts.push(text.slice(from));
  return parts;
}

function indexOutside(text: string, wanted: string, from = 0, parentheses = false): number {
  let quoted = false;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (parentheses && character === "(") depth++;
    else if (parentheses && character === ")") depth--;
    else if (character === wanted && !quoted && depth <= 0) return at;
  }
  return -1;
}
