import { decodeUtf8 } from "../../syntax/utf8.ts";
import type { Subject } from "../subject.ts";

export const AUDIT_LOG = "/var/log/audit/audit.log";
export const SUDO_LOGS: readonly string[] = ["/var/log/auth.log", "/var/log/secure"];
/** The login uid of what no login started. */
export const UNSET = "4294967295";
const MAX_LOG = 64 * 1024 * 1024;

export interface ChangeRecords {
  /** Login uids by the path that was made or renamed. */
  readonly authors: ReadonlyMap<string, string>;
  /** Seconds since 1970 of the first record; `null` when there is none. */
  readonly since: number | null;
  /** Lines of sudo that ran systemctl. */
  readonly sudo: readonly string[];
}

/** What the audit log and sudo's log say of who made files and ran systemctl. */
export function readChangeRecords({ host }: Pick<Subject, "host">): ChangeRecords {
  const lines = (path: string): readonly string[] => {
    const content = host.readFile(path, MAX_LOG);
    return content.kind === "present" ? decodeUtf8(content.value.bytes).split("\n") : [];
  };
  const auids = new Map<string, string>();
  const authors = new Map<string, string>();
  let since: number | null = null;
  for (const line of lines(AUDIT_LOG)) {
    const event = /^(?:node=\S+ )?type=(\w+) msg=audit\((\d+)\.\d+:(\d+)\)/.exec(line);
    if (event === null) continue;
    const [, type, seconds = "", id = ""] = event;
    since ??= Number(seconds);
    const auid = / auid=(\d+)/.exec(line)?.[1];
    if (type === "SYSCALL" && auid !== undefined) auids.set(id, auid);
    const path = / name="([^"]+)"/.exec(line)?.[1];
    const made = / nametype=(?:CREATE|NORMAL)\b/.test(line);
    const author = auids.get(id);
    if (type === "PATH" && path !== undefined && made && author !== undefined && author !== UNSET)
      authors.set(path, author);
  }
  const sudo = SUDO_LOGS.flatMap(lines).filter(
    (line) => line.includes("COMMAND=") && line.includes("systemctl"),
  );
  return { authors, since, sudo };
}
