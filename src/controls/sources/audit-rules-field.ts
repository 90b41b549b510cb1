/** What auditctl refuses of a rule's fields (`audit_rule_fieldpair_data()`, lib/libaudit.c), so that the rule is not loaded. */
import { constants } from "node:os";
import { KNOWN_SYSTEM_CALLS } from "../../units/syscall-sets.ts";
import { isMessageType } from "./audit-message-types.ts";

/** Fields of system calls and files, which only the list `exit` knows. */
const EXIT_ONLY = new Set(
  "dir path perm success exit ppid filetype devmajor devminor inode a0 a1 a2 a3 obj_user obj_role obj_type obj_lev_low obj_lev_high obj_uid obj_gid".split(
    " ",
  ),
);
const NUMERIC = new Set(["ppid", "pid", "success", "inode", "devmajor", "devminor"]);
const ERRORS = new Set(Object.keys(constants.errno));
const ARCHITECTURES =
  /^(?:b32|b64|x86_64|i[3-6]86|aarch64|arm\w*|ppc(?:64(?:le)?)?|s390x?|ia64|alpha\w*|riscv(?:32|64)|0x[0-9a-f]+|\d+)$/i;
const FILE_TYPES = /^(?:file|dir|socket|link|character|block|fifo)$/;

/** The reason for which a field is refused in a list; `null` when it is taken. */
export function fieldFault(list: string, name: string, operator: string, value: string): string | null {
  if (list === "filesystem" && name !== "fstype") return `the list filesystem takes no field ${name}`;
  if (list !== "exit" && EXIT_ONLY.has(name)) return `only the list exit takes the field ${name}`;
  if (name === "msgtype" && list !== "exclude" && list !== "user")
    return "only the lists exclude and user take the field msgtype";
  if (name === "msgtype" && !isMessageType(value)) return `there is no type of record ${value.slice(0, 40)}`;
  if (name === "perm" && operator !== "=") return "perm only takes =";
  if (name === "arch" && !ARCHITECTURES.test(value)) return `there is no architecture ${value.slice(0, 20)}`;
  if (name === "filetype" && !FILE_TYPES.test(value)) return `there is no type of file ${value.slice(0, 20)}`;
  if (name === "exit" && !/^-?\d+$/.test(value) && !ERRORS.has(value.replace(/^-/, "")))
    return `"${value.slice(0, 20)}" is no exit value`;
  if (NUMERIC.has(name) && !/^-?\d+$/.test(value)) return `the field ${name} takes a number`;
  return null;
}

/** Names are those of any architecture; a number stands for a call of one. */
export function isSystemCall(call: string): boolean {
  return call === "all" || KNOWN_SYSTEM_CALLS.has(call) || (/^\d{1,3}$/.test(call) && Number(call) < 600);
}
