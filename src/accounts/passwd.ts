import type { Span } from "../syntax/span.ts";
import { type AccountProblem, type ColonLine, colonLines, numericId, type Records } from "./colon-file.ts";
import { type PasswordState, passwordState } from "./shadow.ts";

/** A user account, from passwd(5), a systemd user record, or systemd-homed. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  /** As written; an empty shell means `/bin/sh`. */
  readonly shell: string;
  /** `shadow` when the password lives in shadow(5) (field `x`); else what the field of passwd itself says. */
  readonly password: "shadow" | PasswordState;
  readonly source: "passwd" | "userdb" | "homed";
  readonly span: Span;
}

const FIELDS = 7;

/** Reads passwd(5). NIS compat lines (`+`, `-`) name accounts kept elsewhere and come back as problems. */
export function parsePasswd(bytes: Uint8Array, path = "/etc/passwd"): Records<Account> {
  const records: Account[] = [];
  const problems: AccountProblem[] = [];
  for (const line of colonLines(bytes, path, FIELDS)) {
    const reason = readLine(line, records);
    if (reason !== null) problems.push({ span: line.span, reason });
  }
  return { records, problems };
}

function readLine({ fields, span }: ColonLine, records: Account[]): string | null {
  const [name = "", password = "", uidText = "", gidText = "", gecos = "", home = "", shell = ""] = fields;
  if (/^[+-]/.test(name)) return `NIS compat entry "${name}": further accounts are kept outside this host`;
  if (fields.length < FIELDS) return `${fields.length} fields where passwd(5) has ${FIELDS}`;
  if (name === "") return "no account name";
  const uid = numericId(uidText);
  const gid = numericId(gidText);
  if (uid === null) return `uid "${uidText}" is not a number`;
  if (gid === null) return `gid "${gidText}" is not a number`;
  const state = password === "x" ? "shadow" : passwordState(password).state;
  records.push({ name, uid, gid, gecos, home, shell, password: state, source: "passwd", span });
  if (String(uid) !== uidText) return `uid "${uidText}" is read as ${uid}`;
  if (String(gid) !== gidText) return `gid "${gidText}" is read as ${gid}`;
  return null;
}

/** True when the shell refuses sessions: `nologin`, `false`, `true`, `sync`-like stand-ins of distributions. */
export function isNoLoginShell(shell: string): boolean {
  return /^(nologin|false|true|sync|halt|shutdown)$/.test(shell.slice(shell.lastIndexOf("/") + 1));
}
