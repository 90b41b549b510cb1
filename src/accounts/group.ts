import type { Span } from "../syntax/span.ts";
import { type AccountProblem, colonLines, nameList, numericId, type Records } from "./colon-file.ts";

/** A group of group(5) or a systemd group record. `members` are the supplementary ones, as written. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
  readonly span: Span;
}

/** Reads group(5). A line with three fields is a group without members, as for glibc. */
export function parseGroup(bytes: Uint8Array, path = "/etc/group"): Records<Group> {
  const records: Group[] = [];
  const problems: AccountProblem[] = [];
  for (const { fields, span } of colonLines(bytes, path, 4)) {
    const [name = "", , gidText = "", members = ""] = fields;
    const gid = numericId(gidText);
    if (/^[+-]/.test(name)) {
      problems.push({
        span,
        reason: `NIS compat entry "${name}": further groups are kept outside this host`,
      });
    } else if (fields.length < 3 || name === "") {
      problems.push({ span, reason: `${fields.length} fields where group(5) has 4, or no group name` });
    } else if (gid === null) {
      problems.push({ span, reason: `gid "${gidText}" is not a number` });
    } else {
      records.push({ name, gid, members: nameList(members), span });
    }
  }
  return { records, problems };
}
