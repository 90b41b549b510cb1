/** What sudoers comes to: each command somebody may run as root, with aliases and groups resolved. */
import type { Accounts } from "../../accounts/accounts.ts";
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import type { SourceProblem } from "./source-problem.ts";
import { readSudoers, type SudoAliases, type Sudoers, type SudoRule } from "./sudoers.ts";
import type { CommandSpec, SudoMember } from "./sudoers-line.ts";

export interface SudoGrant {
  /** The user or `%group` as the rule names it. */
  readonly who: string;
  /** Accounts of this host that are meant, root left out. */
  readonly accounts: readonly string[];
  /** True for `ALL` users. */
  readonly everyone: boolean;
  /** The command with arguments, or `ALL`. */
  readonly command: string;
  /** It may run as root. */
  readonly asRoot: boolean;
  readonly noPassword: boolean;
  readonly span: Span;
}

export interface SudoGrants {
  readonly sudoers: Sudoers;
  readonly grants: readonly SudoGrant[];
  /** Lines that could not be read, and members outside this host: netgroups, groups nobody here knows. */
  readonly problems: readonly SourceProblem[];
}

const MAX_ALIAS_DEPTH = 32;
const MAX_GRANTS = 5000;

/** Every grant, negated commands left out: `!cmd` after `ALL` is no safeguard, since a copy of cmd runs just as well. */
export function readSudoGrants(subject: Subject): SudoGrants {
  const sudoers = subject.once(readSudoers);
  const problems = [...sudoers.problems];
  const grants: SudoGrant[] = [];
  for (const rule of sudoers.rules) {
    if (!appliesHere(rule, sudoers.aliases, subject)) continue;
    for (const spec of rule.commands)
      grantsOf(subject.accounts, sudoers.aliases, rule, spec, grants, problems);
    if (grants.length > MAX_GRANTS) {
      problems.push({ span: rule.span, reason: "too many rules to follow all" });
      break;
    }
  }
  return { sudoers, grants, problems };
}

/** The last member that matches decides. Names of other hosts do not; networks and netgroups may well mean this one. */
function appliesHere(rule: SudoRule, aliases: SudoAliases, { inventory }: Subject): boolean {
  const own = inventory.facts.hostName;
  const last = expand(rule.hosts, aliases.Host).findLast(
    ({ text }) =>
      own === null || !/^[A-Za-z][\w.-]*$/.test(text) || text === "ALL" || short(text) === short(own),
  );
  // Of a host without a name nothing is known to be excluded.
  return last !== undefined && (!last.negated || own === null);
}

function short(hostName: string): string {
  return (hostName.split(".")[0] ?? "").toLowerCase();
}

function grantsOf(
  accounts: Accounts,
  aliases: SudoAliases,
  { users, span }: SudoRule,
  spec: CommandSpec,
  grants: SudoGrant[],
  problems: SourceProblem[],
): void {
  const asRoot = runsAsRoot(spec, aliases);
  const commands = expand([spec.command], aliases.Cmnd).filter(({ negated }) => !negated);
  for (const { who, names } of holdersOf(users, accounts, aliases, span, problems))
    for (const command of commands)
      grants.push({
        who,
        accounts: names,
        everyone: who === "ALL",
        command: command.text,
        asRoot,
        noPassword: spec.tags.has("NOPASSWD"),
        span,
      });
}

interface Holders {
  readonly who: string;
  readonly names: readonly string[];
}

/**
 * Whom a list of users means. The last member that matches somebody decides (`userlist_matches()`, match.c of sudo), so
 * `!bob, bob` means bob and `bob, !bob` does not. Members that match nobody here are kept, as people may join.
 */
function holdersOf(
  users: readonly SudoMember[],
  accounts: Accounts,
  aliases: SudoAliases,
  span: Span,
  problems: SourceProblem[],
): readonly Holders[] {
  const members = expand(users, aliases.User);
  const decided = new Map<string, SudoMember>();
  for (const member of members) {
    const { names, unknown } = accountsOf(member.text, accounts);
    if (unknown !== null && !member.negated) problems.push({ span, reason: unknown });
    for (const name of names) decided.set(name, member);
  }
  const listed = new Set(members.filter(({ negated, text }) => !negated && text !== "root" && text !== "#0"));
  return [...listed].map((member) => ({
    who: member.text,
    names: [...decided]
      .filter(([name, by]) => by === member && accounts.byName.get(name)?.uid !== 0)
      .map(([name]) => name),
  }));
}

function runsAsRoot({ runAsUsers }: CommandSpec, aliases: SudoAliases): boolean {
  if (runAsUsers === null) return true;
  // `( :group)` runs as the caller; `()` likewise.
  if (runAsUsers.length === 0) return false;
  const last = expand(runAsUsers, aliases.Runas).findLast(
    ({ text }) => text === "root" || text === "ALL" || text === "#0",
  );
  return last !== undefined && !last.negated;
}

/** Aliases replaced by their members; a `!` before an alias turns all of them. */
function expand(
  members: readonly SudoMember[],
  aliases: ReadonlyMap<string, readonly SudoMember[]>,
  depth = 0,
): readonly SudoMember[] {
  return members.flatMap((member) => {
    const meant = aliases.get(member.text);
    if (meant === undefined || depth > MAX_ALIAS_DEPTH) return [member];
    return expand(meant, aliases, depth + 1).map(({ text, negated }) => ({
      text,
      negated: negated !== member.negated,
    }));
  });
}

function accountsOf(
  text: string,
  accounts: Accounts,
): { readonly names: readonly string[]; readonly unknown: string | null } {
  const names = (list: readonly string[]) => ({ names: list, unknown: null });
  if (text === "ALL") return names(accounts.all.map(({ name }) => name));
  if (text.startsWith("+")) return { names: [], unknown: `netgroup ${text} is kept outside this host` };
  if (text.startsWith("%:")) return { names: [], unknown: `group ${text} is kept outside this host` };
  if (text.startsWith("%")) {
    const gid = text.startsWith("%#") ? Number(text.slice(2)) : accounts.groupByName.get(text.slice(1))?.gid;
    return names(gid === undefined ? [] : accounts.groupMembers(gid));
  }
  if (text.startsWith("#")) {
    const name = accounts.byUid.get(Number(text.slice(1)))?.name;
    return names(name === undefined ? [] : [name]);
  }
  return names(accounts.byName.has(text) ? [text] : []);
}
