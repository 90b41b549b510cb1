/** Why the account databases may not tell everything: lines that do not parse, and accounts kept elsewhere. */
import { decodeUtf8 } from "../syntax/utf8.ts";
import { at, ofPath } from "./evidence.ts";
import type { Point } from "./outcome.ts";
import type { Subject } from "./subject.ts";

/** Problems that still leave a well-read entry: what they say is a check's business, not a doubt. */
const STILL_READ = /is there twice; the first counts$|^[ug]id .* of ".*" is also|is read as \d+$/;

const NEWLINE = 0x0a;

/** Doubts about the named databases (`/etc/passwd`, `/etc/group`, `/etc/shadow`); remote sources count unless `local`. */
export function accountDoubts(subject: Subject, paths: readonly string[], local = false): readonly Point[] {
  const { accounts, host } = subject;
  const doubts: Point[] = [];
  for (const path of paths) {
    const content = host.readFile(path);
    if (content.kind === "present") {
      // Every program that writes them ends the last line: without that, more lines may have followed.
      if (content.value.bytes.length > 0 && content.value.bytes.at(-1) !== NEWLINE)
        doubts.push({
          says: `${path} ends in the middle of a line: it may be cut off`,
          evidence: [ofPath(subject, path)],
        });
      continue;
    }
    const reason = content.kind === "absent" ? "missing" : content.reason;
    doubts.push({ says: `${path} is not readable: ${reason}`, evidence: [ofPath(subject, path, reason)] });
  }
  for (const { span, reason } of accounts.problems)
    if (paths.includes(span.path) && !STILL_READ.test(reason))
      doubts.push({
        says: `${span.path} line ${span.line}: ${reason}`,
        evidence: [at(subject, span, reason)],
      });
  if (!local) doubts.push(...elsewhere(subject));
  return doubts;
}

const NSSWITCH = "/etc/nsswitch.conf";

/** Whether accounts are kept outside the host's files: they are, or it cannot be told. */
function elsewhere(subject: Subject): readonly Point[] {
  const { remoteSources } = subject.accounts;
  if (remoteSources.length > 0) {
    const sources = remoteSources.join(", ");
    return [
      {
        says: `accounts from ${sources} are not in the host's files`,
        evidence: [ofPath(subject, NSSWITCH, sources)],
      },
    ];
  }
  const content = subject.host.readFile(NSSWITCH, 64 * 1024);
  const stated = content.kind === "present" && /^[ \t]*passwd[ \t]*:/m.test(decodeUtf8(content.value.bytes));
  if (stated) return [];
  const reason = content.kind === "present" ? "it names no source of accounts" : content.kind;
  return [
    {
      says: `whether accounts are kept elsewhere is not known: ${NSSWITCH}: ${reason}`,
      evidence: [ofPath(subject, NSSWITCH, reason)],
    },
  ];
}
