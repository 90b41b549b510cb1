import { posix } from "node:path";
import { compareFileNames } from "../hosts/file-name.ts";
import type { Host } from "../hosts/host.ts";
import {
  addClaim,
  type Claim,
  type Expected,
  MAX_PACKAGES,
  type Owner,
  type PackageSource,
  type WantedPaths,
} from "./claim.ts";
import { DatabaseFiles, hasDirectory } from "./database-files.ts";
import {
  type DpkgDiversion,
  type DpkgStatOverride,
  parseDiversions,
  parseStatOverrides,
} from "./dpkg-diversions.ts";
import { type DpkgPackage, parseDpkgStatus } from "./dpkg-status.ts";
import { ListedLines } from "./listed-lines.ts";
import { fromRaw } from "./raw-path.ts";
import { LineFilter } from "./wanted.ts";

/** dpkg's database also knows of files moved out of the way and of overridden modes. */
export interface DpkgSource extends PackageSource {
  /** The diversion a raw path is the source or the destination of. */
  diversionOf(raw: string): DpkgDiversion | undefined;
  /** By raw path. */
  statOverrides(): ReadonlyMap<string, DpkgStatOverride>;
}

const NEWLINE = 0x0a;
const ADMIN = "/var/lib/dpkg";
/** How long after its list a package's md5sums may be written by dpkg itself, in nanoseconds. */
const UNPACK_NS = 60_000_000_000n;
/** Diversions and overrides are a few lines each. */
const SMALL = 4 * 1024 * 1024;
/** Packages in these states have no files on the system. */
const GONE: ReadonlySet<string> = new Set(["not-installed", "config-files"]);

/** One package's files under `info/`: `name` is `pkg` or, for Multi-Arch twins, `pkg:arch`. */
interface InfoFiles {
  readonly name: string;
  readonly list: string;
  readonly md5sums: string;
}

interface Moves {
  readonly bySource: ReadonlyMap<string, DpkgDiversion>;
  readonly byDestination: ReadonlyMap<string, DpkgDiversion>;
}

interface InfoRecord {
  readonly owner: Owner;
  readonly doubt: string | null;
  /** State `rc`. */
  readonly removed: boolean;
}

/** dpkg's database (dpkg(1), FILES) below `/var/lib/dpkg`, or `null` when the target has none. */
export function openDpkg(host: Host): DpkgSource | null {
  if (!hasDirectory(host, `${ADMIN}/info`) && host.stat(`${ADMIN}/status`).kind === "absent") return null;
  return new Dpkg(host);
}

class Dpkg implements DpkgSource {
  readonly manager = "dpkg" as const;
  readonly path = ADMIN;
  readonly #files: DatabaseFiles;
  #packages: ReadonlyMap<string, DpkgPackage> | null = null;
  #info: readonly InfoFiles[] | null = null;
  #lines: ListedLines | null = null;
  readonly #records: Map<string, InfoRecord> = new Map();
  #moved: Moves | null = null;
  #statOverrides: ReadonlyMap<string, DpkgStatOverride> | null = null;

  constructor(host: Host) {
    this.#files = new DatabaseFiles(host);
  }

  get problems(): DatabaseFiles["problems"] {
    return this.#files.problems;
  }

  complete(): boolean {
    return this.#files.complete;
  }

  diversionOf(raw: string): DpkgDiversion | undefined {
    const { bySource, byDestination } = this.#moves();
    return bySource.get(raw) ?? byDestination.get(raw);
  }

  #moves(): Moves {
    if (this.#moved !== null) return this.#moved;
    const diversions = parseDiversions(this.#files.text(`${ADMIN}/diversions`, SMALL));
    this.#moved = {
      bySource: new Map(diversions.map((diversion) => [diversion.from, diversion])),
      byDestination: new Map(diversions.map((diversion) => [diversion.to, diversion])),
    };
    return this.#moved;
  }

  statOverrides(): ReadonlyMap<string, DpkgStatOverride> {
    this.#statOverrides ??= parseStatOverrides(this.#files.text(`${ADMIN}/statoverride`, SMALL));
    return this.#statOverrides;
  }

  packageNames(): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    for (const { name, version, state } of this.#status().values()) {
      if (!GONE.has(state)) names.set(name, version);
    }
    return names;
  }

  removedPackages(): readonly string[] {
    const here = this.packageNames();
    const removed = [...this.#status().values()].filter(
      ({ name, state }) => state === "config-files" && !here.has(name),
    );
    return [...new Set(removed.map(({ name }) => name))].sort(compareFileNames);
  }

  claims(wanted: WantedPaths): ReadonlyMap<string, readonly Claim[]> {
    const claims = new Map<string, Claim[]>();
    const { bySource } = this.#moves();
    for (const [info, hits] of this.#hits(this.#needles(wanted))) {
      const expected = this.#expectations(info, hits);
      for (const listed of hits) {
        const diversion = bySource.get(listed);
        const away = diversion !== undefined && diversion.by !== packageOf(info.name).name;
        const claim = this.#claim(info, listed, expected, away ? diversion : null);
        for (const asked of wanted.asked(away ? diversion.to : listed)) addClaim(claims, asked, claim);
      }
    }
    return claims;
  }

  /** Wanted spellings, and the listed names of files that a diversion moved to a wanted one. */
  #needles(wanted: WantedPaths): ReadonlySet<string> {
    const { byDestination } = this.#moves();
    const needles = new Set(wanted.all());
    for (const spelling of wanted.all()) {
      const diversion = byDestination.get(spelling);
      if (diversion !== undefined) needles.add(diversion.from);
    }
    return needles;
  }

  /** The packages that list any of the paths, in the order of their lists, each with the paths it lists. */
  #hits(needles: ReadonlySet<string>): ReadonlyMap<InfoFiles, ReadonlySet<string>> {
    const infos = this.#infoFiles();
    const hits = new Map<InfoFiles, Set<string>>();
    const listOf = (list: number): Buffer | null => this.#files.read(infos[list]?.list ?? "");
    for (const { line, list } of this.#listed().find(needles, listOf)) {
      const info = infos[list];
      if (info === undefined) continue;
      const known = hits.get(info);
      if (known === undefined) hits.set(info, new Set([line]));
      else known.add(line);
    }
    return hits;
  }

  #listed(): ListedLines {
    if (this.#lines !== null) return this.#lines;
    this.#lines = new ListedLines();
    for (const { list } of this.#infoFiles()) {
      const bytes = this.#files.read(list) ?? NOTHING;
      if (bytes.length > 0 && bytes.at(-1) !== NEWLINE)
        this.#files.report(list, "it ends in the middle of a line: it may be cut off", true);
      if (!this.#lines.add(bytes))
        this.#files.report(list, "the lists have more lines than any system has files: not looked at", true);
    }
    return this.#lines;
  }

  #claim(
    info: InfoFiles,
    listed: string,
    expected: ReadonlyMap<string, Expected>,
    diversion: DpkgDiversion | null,
  ): Claim {
    const { owner, doubt, removed } = this.#record(info);
    const away = diversion === null ? "" : ` as ${fromRaw(listed)}, diverted here`;
    const rc = removed ? "; that package is removed, its configuration stayed" : "";
    const how = `listed in ${info.list}${away}${rc}`;
    const claim = { owner, how, expected: expected.get(listed) ?? this.#unlisted(info) };
    return doubt === null ? claim : { ...claim, doubt };
  }

  /** What is the same for every file of a package. */
  #record(info: InfoFiles): InfoRecord {
    const known = this.#records.get(info.name);
    if (known !== undefined) return known;
    const status = this.#packageNamed(info.name);
    const installed = this.#files.modified(info.list);
    const record: InfoRecord = {
      owner: {
        manager: "dpkg",
        package: info.name,
        version: status?.version ?? "",
        origin: fromRaw(status?.origin ?? status?.maintainer ?? "") || null,
        installed: installed === null ? null : Number(installed / 1000n),
      },
      doubt: this.#doubt(info, installed),
      removed: status?.state === "config-files",
    };
    this.#records.set(info.name, record);
    return record;
  }

  /** md5sums come out of the package with its build's time: a later time than the list's means a later hand. */
  #doubt(info: InfoFiles, installed: bigint | null): string | null {
    const sums = this.#files.modified(info.md5sums);
    if (sums === null || installed === null || sums <= installed + UNPACK_NS) return null;
    return `${info.md5sums} was written after the package was unpacked`;
  }

  #unlisted(info: InfoFiles): Expected {
    const sums = this.#files.host.stat(info.md5sums).kind === "present";
    const reason = sums
      ? `${posix.basename(info.md5sums)} has no md5 for it: not shipped as a regular file, or left out`
      : "the package recorded no md5 of its files";
    return { kind: "unrecorded", reason };
  }

  /** Recorded md5 of the listed paths: conffiles from the status database, which wins, others from md5sums. */
  #expectations(info: InfoFiles, listed: ReadonlySet<string>): ReadonlyMap<string, Expected> {
    const expected = new Map<string, Expected>();
    const bytes = this.#files.read(info.md5sums);
    const filter = new LineFilter([...listed].map((path) => path.slice(1)));
    if (bytes !== null) {
      filter.scan(bytes, MD5_COLUMNS, (path, start) => {
        const digest = bytes.toString("latin1", start, start + 32);
        expected.set(`/${path}`, digestExpected(digest, posix.basename(info.md5sums), false));
      });
    }
    const conffiles = this.#packageNamed(info.name)?.conffiles;
    for (const path of listed) {
      const digest = conffiles?.get(path);
      if (digest !== undefined) expected.set(path, digestExpected(digest, "the status database", true));
    }
    return expected;
  }

  #infoFiles(): readonly InfoFiles[] {
    this.#info ??= this.#files
      .list(`${ADMIN}/info`)
      .filter(({ name }) => name.endsWith(".list"))
      .map(({ name }) => {
        const stem = name.slice(0, -".list".length);
        const path = `${ADMIN}/info/${stem}`;
        return { name: stem, list: `${path}.list`, md5sums: `${path}.md5sums` };
      });
    return this.#info;
  }

  #packageNamed(infoName: string): DpkgPackage | undefined {
    const { name, architecture } = packageOf(infoName);
    return this.#status().get(architecture === null ? name : `${name}:${architecture}`);
  }

  /** Packages by name and by `name:arch`; journal entries not yet merged (`updates/`, dpkg `dbmodify.c`) win. */
  #status(): ReadonlyMap<string, DpkgPackage> {
    if (this.#packages !== null) return this.#packages;
    const packages = new Map<string, DpkgPackage>();
    if (this.#files.host.stat(`${ADMIN}/status`).kind === "absent") {
      this.#files.report(`${ADMIN}/status`, "absent: versions and conffiles are not known", false);
    }
    const journal = this.#files.list(`${ADMIN}/updates`).filter(({ name }) => /^[0-9]+$/.test(name));
    const paths = [`${ADMIN}/status`, ...journal.map(({ name }) => `${ADMIN}/updates/${name}`)];
    for (const path of paths) {
      const stanzas = parseDpkgStatus(this.#files.text(path));
      if (stanzas.length >= MAX_PACKAGES)
        this.#files.report(path, `more than ${MAX_PACKAGES} packages`, false);
      for (const found of stanzas) {
        packages.set(`${found.name}:${found.architecture}`, found);
        const twin = packages.get(found.name);
        const other = twin !== undefined && twin.architecture !== found.architecture;
        if (!(other && GONE.has(found.state))) packages.set(found.name, found);
      }
    }
    this.#packages = packages;
    return packages;
  }
}

const NOTHING = Buffer.alloc(0);

/** `<32 hexadecimal digits>  <path without leading slash>` (deb-md5sums(5)). */
const MD5_COLUMNS = 34;

function digestExpected(digest: string, recordedIn: string, config: boolean): Expected {
  return /^[0-9a-f]{32}$/.test(digest)
    ? { kind: "digest", algorithm: "md5", digest, recordedIn, config }
    : { kind: "unrecorded", reason: `${recordedIn} holds no md5 for it` };
}

function packageOf(infoName: string): { readonly name: string; readonly architecture: string | null } {
  const colon = infoName.indexOf(":");
  return colon < 0
    ? { name: infoName, architecture: null }
    : { name: infoName.slice(0, colon), architecture: infoName.slice(colon + 1) };
}
