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

/** A rule for other hosts by plain name is skipped; networks and netgroups may well mean this one. */
function appliesHere(rule: SudoRule, aliases: SudoAliases, { inventory }: Subject): boolean {
  const own = inventory.facts.hostName;
  return expand(rule.hosts, aliases.Host).some(
    ({ text, negated }) =>
      !negated &&
      (own === null || !/^[A-Za-z][\w.-]*$/.test(text) || text === "ALL" || short(text) === short(own)),
  );
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
  const excluded = new Set(
    expand(users, aliases.User).flatMap((member) =>
      member.negated ? accountsOf(member.text, accounts).names : [],
    ),
  );
  for (const { text, negated } of expand(users, aliases.User)) {
    if (negated || text === "root" || text === "#0") continue;
    const { names, unknown } = accountsOf(text, accounts);
    if (unknown !== null) problems.push({ span, reason: unknown });
    const meant = names.filter((name) => !excluded.has(name) && accounts.byName.get(name)?.uid !== 0);
    for (const command of commands)
      grants.push({
        who: text,
        accounts: meant,
        everyone: text === "ALL",
        command: command.text,
        asRoot,
        noPassword: spec.tags.has("NOPASSWD"),
        span,
      });
  }
}

function runsAsRoot({ runAsUsers }: CommandSpec, aliases: SudoAliases): boolean {
  if (runAsUsers === null) return true;
  // `( :group)` runs as the caller; `()` likewise.
  if (runAsUsers.length === 0) return false;
  return expand(runAsUsers, aliases.Runas).some(
    ({ text, negated }) => !negated && (text === "root" || text === "ALL" || text === "#0"),
  );
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
