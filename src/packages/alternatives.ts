import { posix } from "node:path";
import type { Host } from "../hosts/host.ts";
import { DatabaseFiles } from "./database-files.ts";
import { fromRaw } from "./raw-path.ts";

/** Where the links of all groups meet (update-alternatives(1)). */
const LINKS = "/etc/alternatives";
/** dpkg's, then those of Red Hat's and SUSE's rewrites; all write the same lines. */
const ADMIN_DIRECTORIES: readonly string[] = [
  "/var/lib/dpkg/alternatives",
  "/var/lib/alternatives",
  "/var/lib/rpm/alternatives",
];
const MAX_BYTES = 1024 * 1024;

/** One link that update-alternatives manages: a group's master link or one of its slaves. */
export interface AlternativeLink {
  /** Name below `/etc/alternatives`. */
  readonly name: string;
  /** The generic link people use: `/usr/bin/editor`. */
  readonly link: string;
  /** Every file registered as a choice for it. */
  readonly choices: readonly string[];
  /** The file that says so. */
  readonly recordedIn: string;
}

/** What the alternatives system has to do with a path. */
export interface AlternativeUse {
  readonly name: string;
  readonly link: string;
  /** Where `/etc/alternatives/<name>` points now; `null` when it is not there. */
  readonly target: string | null;
  /** Whether the target is a registered choice. */
  readonly registered: boolean;
  readonly recordedIn: string;
}

/** Finds the alternative a path belongs to, as generic link or as link below `/etc/alternatives`. */
export interface Alternatives {
  readonly problems: DatabaseFiles["problems"];
  /** `null` when no group manages the path. */
  useOf(path: string): AlternativeUse | null;
}

/** Opens the administrative folders; nothing is read before a link to `/etc/alternatives` is asked about. */
export function openAlternatives(host: Host): Alternatives {
  const files = new DatabaseFiles(host);
  let links: ReadonlyMap<string, AlternativeLink> | null = null;
  const everyLink = (): ReadonlyMap<string, AlternativeLink> => {
    links ??= readAll(files);
    return links;
  };
  return {
    problems: files.problems,
    useOf(path) {
      const name = alternativeName(host, path);
      if (name === null) return null;
      const known = readGroup(files, name) ?? everyLink().get(name);
      if (known === undefined) return null;
      if (posix.dirname(path) !== LINKS && !sameEntry(host, path, known.link)) return null;
      const target = host.readLink(posix.join(LINKS, name));
      const points = target.kind === "present" ? posix.resolve(LINKS, target.value) : null;
      return {
        name,
        link: known.link,
        target: points,
        registered: points !== null && known.choices.includes(points),
        recordedIn: known.recordedIn,
      };
    },
  };
}

/** Whether two paths name one directory entry: a private link to `/etc/alternatives/x` is not the group's. */
function sameEntry(host: Host, left: string, right: string): boolean {
  if (posix.basename(left) !== posix.basename(right)) return false;
  const [one, other] = [host.realPath(posix.dirname(left)), host.realPath(posix.dirname(right))];
  return one.kind === "present" && other.kind === "present" && one.value === other.value;
}

/** The name below `/etc/alternatives` that a path is or points to. */
function alternativeName(host: Host, path: string): string | null {
  if (posix.dirname(path) === LINKS) return posix.basename(path);
  const target = host.readLink(path);
  if (target.kind !== "present") return null;
  const points = posix.resolve(posix.dirname(path), target.value);
  return posix.dirname(points) === LINKS ? posix.basename(points) : null;
}

/** A master link's group is filed under its own name; a slave's is found only by reading all groups. */
function readGroup(files: DatabaseFiles, name: string): AlternativeLink | undefined {
  for (const directory of ADMIN_DIRECTORIES) {
    const path = posix.join(directory, name);
    const [master] = parseAlternative(name, path, files.text(path, MAX_BYTES));
    if (master !== undefined) return master;
  }
  return undefined;
}

function readAll(files: DatabaseFiles): ReadonlyMap<string, AlternativeLink> {
  const links = new Map<string, AlternativeLink>();
  for (const directory of ADMIN_DIRECTORIES) {
    for (const { name, kind } of files.list(directory)) {
      if (kind !== "file") continue;
      const path = posix.join(directory, name);
      for (const link of parseAlternative(name, path, files.text(path, MAX_BYTES))) {
        links.set(link.name, link);
      }
    }
  }
  return links;
}

/**
 * One group's file (dpkg `utils/update-alternatives.c`, `alternative_load`): mode, master link, pairs of slave name
 * and slave link up to an empty line, then for every choice its file, its priority, and one line for each slave.
 */
function parseAlternative(name: string, recordedIn: string, text: string): readonly AlternativeLink[] {
  const lines = text.split("\n").map(fromRaw);
  const members = [{ name, link: lines[1] ?? "", choices: [] as string[] }];
  let at = 2;
  while (at < lines.length && lines[at] !== "") {
    members.push({ name: lines[at] ?? "", link: lines[at + 1] ?? "", choices: [] });
    at += 2;
  }
  at += 1;
  while (at < lines.length && lines[at] !== "") {
    for (const [index, member] of members.entries()) {
      const choice = lines[at + (index === 0 ? 0 : index + 1)] ?? "";
      if (choice !== "") member.choices.push(choice);
    }
    at += members.length + 1;
  }
  return members.filter(({ link }) => link.startsWith("/")).map((member) => ({ ...member, recordedIn }));
}
