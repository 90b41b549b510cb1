import { createHash } from "node:crypto";
import type { Accounts } from "../accounts/accounts.ts";
import type { FileFacts } from "../hosts/host.ts";
import { holdsHashes, redacted, redactedLine } from "../hosts/redaction.ts";
import type { Span } from "../syntax/span.ts";
import type { CheckEvidence } from "./check.ts";
import type { Subject } from "./subject.ts";

/** Files that hold password hashes or keys: their lines are never quoted, their content never digested. */
const SECRET = /^\/etc\/(g?shadow-?|security\/opasswd|krb5\.keytab)$|\/etc\/ssh\/ssh_host_[^/]*_key$/;

/** Content beyond this is not digested for evidence. */
const MAX_DIGEST = 4 * 1024 * 1024;

/** A place in a file, with its line quoted and the file's facts. */
export function at(subject: Subject, span: Span, value: string | null = null): CheckEvidence {
  const secret = isSecret(span.path);
  const line = span.line > 0 && !secret ? subject.inventory.excerpt(span) : null;
  const excerpt = line !== null && holdsHashes(span.path) ? redactedLine(line) : line;
  return { ...ofPath(subject, span.path, value), line: span.line, column: span.column, excerpt };
}

/** A file, directory or link as a whole. A path that is not there gives evidence without facts. */
export function ofPath(subject: Subject, path: string, value: string | null = null): CheckEvidence {
  const facts = subject.host.lstat(path);
  const known = facts.kind === "present" ? facts.value : null;
  return {
    path,
    line: 0,
    column: 0,
    excerpt: null,
    mode: known && modeText(known.mode),
    owner: known && ownerText(known, subject.accounts),
    digest: known?.kind === "file" && known.size <= MAX_DIGEST ? digestOf(subject, path) : null,
    value,
  };
}

export function isSecret(path: string): boolean {
  return SECRET.test(path);
}

/** Permission bits as chmod(1) takes them, four digits. */
export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** `user:group` by name, digits where nobody bears the id. */
export function ownerText({ uid, gid }: Pick<FileFacts, "uid" | "gid">, accounts: Accounts): string {
  const user = accounts.byUid.get(uid)?.name ?? (uid === 0 ? "root" : String(uid));
  const group = accounts.groupByGid.get(gid)?.name ?? (gid === 0 ? "root" : String(gid));
  return `${user}:${group}`;
}

function digestOf(subject: Subject, path: string): string | null {
  if (isSecret(path)) return null;
  const digests = subject.once(knownDigests);
  const known = digests.get(path);
  if (known !== undefined) return known;
  const content = subject.host.readFile(path, MAX_DIGEST);
  const digest =
    content.kind === "present" && !content.value.truncated
      ? createHash("sha256").update(redacted(path, content.value.bytes)).digest("hex")
      : null;
  digests.set(path, digest);
  return digest;
}

/** Many checks point at the same few files. */
function knownDigests(): Map<string, string | null> {
  return new Map();
}
