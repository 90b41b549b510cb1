import type { Host } from "../hosts/host.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import type { AccountProblem } from "./colon-file.ts";
import type { Group } from "./group.ts";
import type { Account } from "./passwd.ts";

/** Directories of JSON user records, strongest first (nss-systemd(8), `src/shared/userdb-dropin.h`). */
const USERDB_DIRECTORIES = ["/etc/userdb", "/run/userdb", "/run/host/userdb", "/usr/lib/userdb"];
/** Where systemd-homed keeps the records of its accounts. */
const HOMED_DIRECTORY = "/var/lib/systemd/home";

/** Accounts and groups kept as JSON records, with the state those records claim. */
export interface UserRecords {
  readonly accounts: readonly Account[];
  readonly groups: readonly Group[];
  /** Names whose record says `"locked": true`. */
  readonly locked: readonly string[];
  /** Membership files `USER:GROUP.membership`. */
  readonly memberships: readonly { readonly user: string; readonly group: string }[];
  readonly problems: readonly AccountProblem[];
  readonly gaps: readonly string[];
}

/** Mutable while directories are walked; handed out as `UserRecords`. */
interface Collected {
  readonly accounts: Account[];
  readonly groups: Group[];
  readonly locked: string[];
  readonly memberships: { user: string; group: string }[];
  readonly problems: AccountProblem[];
  readonly gaps: string[];
}

/** Reads user and group records (systemd.io/USER_RECORD). `*-privileged` files hold hashes and stay unread. */
export function readUserRecords(host: Host): UserRecords {
  const into: Collected = { accounts: [], groups: [], locked: [], memberships: [], problems: [], gaps: [] };
  for (const directory of USERDB_DIRECTORIES) {
    for (const name of namesIn(host, directory, into))
      readUserdbFile(host, `${directory}/${name}`, name, into);
  }
  for (const name of namesIn(host, HOMED_DIRECTORY, into)) {
    if (name.endsWith(".identity")) readUser(host, `${HOMED_DIRECTORY}/${name}`, "homed", into);
  }
  return into;
}

function namesIn(host: Host, directory: string, into: Collected): readonly string[] {
  const listing = host.readDirectory(directory);
  if (listing.kind === "unreadable") into.gaps.push(`${directory}: ${listing.reason}`);
  return listing.kind === "present" ? listing.value.map((entry) => entry.name) : [];
}

function readUserdbFile(host: Host, path: string, name: string, into: Collected): void {
  const membership = /^([^:]+):([^:]+)\.membership$/.exec(name);
  if (membership !== null) {
    into.memberships.push({ user: membership[1] ?? "", group: membership[2] ?? "" });
    return;
  }
  // A record is found by its name and by a link named after its id: once is enough.
  if (/^[0-9]+\./.test(name)) return;
  if (name.endsWith(".user")) readUser(host, path, "userdb", into);
  else if (name.endsWith(".group")) readGroup(host, path, into);
}

type Json = Readonly<Record<string, unknown>>;

function readJson(host: Host, path: string, into: Collected): Json | null {
  const file = host.readFile(path, 1024 * 1024);
  if (file.kind !== "present") {
    if (file.kind === "unreadable") into.gaps.push(`${path}: ${file.reason}`);
    return null;
  }
  try {
    const value: unknown = JSON.parse(decodeUtf8(file.value.bytes));
    if (isObject(value)) return value;
  } catch {
    // Said below: a record that is no JSON is the same as one that is no object.
  }
  into.problems.push({ span: fileSpan(path), reason: "not a JSON user or group record" });
  return null;
}

function readUser(host: Host, path: string, source: "userdb" | "homed", into: Collected): void {
  const record = readJson(host, path, into);
  if (record === null) return;
  const settings = bound(record);
  const name = textOf(record, "userName");
  const uid = idOf(settings, "uid") ?? idOf(record, "uid");
  if (name === "" || uid === null) {
    into.problems.push({ span: fileSpan(path), reason: "user record without userName or uid" });
    return;
  }
  into.accounts.push({
    name,
    uid,
    gid: idOf(settings, "gid") ?? idOf(record, "gid") ?? uid,
    gecos: textOf(record, "realName"),
    home: textOf(settings, "homeDirectory") || textOf(record, "homeDirectory") || `/home/${name}`,
    shell: textOf(record, "shell") || "/bin/bash",
    password: "unknown",
    source,
    span: fileSpan(path),
  });
  if (record["locked"] === true) into.locked.push(name);
  const groups = record["memberOf"];
  if (!Array.isArray(groups)) return;
  for (const group of groups) if (typeof group === "string") into.memberships.push({ user: name, group });
}

function readGroup(host: Host, path: string, into: Collected): void {
  const record = readJson(host, path, into);
  if (record === null) return;
  const name = textOf(record, "groupName");
  const gid = idOf(record, "gid");
  if (name === "" || gid === null) {
    into.problems.push({ span: fileSpan(path), reason: "group record without groupName or gid" });
    return;
  }
  const listed = record["members"];
  const members = Array.isArray(listed) ? listed.filter((entry) => typeof entry === "string") : [];
  into.groups.push({ name, gid, members, span: fileSpan(path) });
}

/** What the record's `binding` section says for this machine; homed writes exactly one. */
function bound(record: Json): Json {
  const binding = record["binding"];
  const first = isObject(binding) ? Object.values(binding)[0] : null;
  return isObject(first) ? first : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(record: Json, key: string): string {
  const value = record[key];
  return typeof value === "string" ? value : "";
}

function idOf(record: Json, key: string): number | null {
  const value = record[key];
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff
    ? value
    : null;
}

function fileSpan(path: string): { path: string; line: number; column: number; length: number } {
  return { path, line: 1, column: 1, length: 0 };
}
