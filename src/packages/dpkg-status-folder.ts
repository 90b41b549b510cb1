import type { Host } from "../hosts/host.ts";
import { addClaim, type Claim, type Owner, type PackageSource, type WantedPaths } from "./claim.ts";
import { DatabaseFiles, hasDirectory } from "./database-files.ts";
import { type DpkgPackage, parseDpkgStatus } from "./dpkg-status.ts";
import { fromRaw } from "./raw-path.ts";
import { LineFilter } from "./wanted.ts";

const FOLDER = "/var/lib/dpkg/status.d";
/** `<md5>  <path>`. */
const MD5_COLUMNS = 34;
/** The same path as distroless builders of different years write it. */
const PREFIXES: readonly string[] = ["", "./", "/"];

/** The database of distroless images: one control file a package and, in newer ones, its md5sums beside it. */
export function openDpkgStatusFolder(host: Host): PackageSource | null {
  return hasDirectory(host, FOLDER) ? new DpkgStatusFolder(host) : null;
}

interface Member {
  readonly path: string;
  readonly described: DpkgPackage;
}

class DpkgStatusFolder implements PackageSource {
  readonly manager = "dpkg" as const;
  readonly path = FOLDER;
  readonly #files: DatabaseFiles;
  #members: readonly Member[] | null = null;

  constructor(host: Host) {
    this.#files = new DatabaseFiles(host);
  }

  get problems(): DatabaseFiles["problems"] {
    return this.#files.problems;
  }

  complete(): boolean {
    return this.#files.complete;
  }

  removedPackages(): readonly string[] {
    return [];
  }

  packageNames(): ReadonlyMap<string, string> {
    return new Map(this.#packages().map(({ described }) => [described.name, described.version]));
  }

  claims(wanted: WantedPaths): ReadonlyMap<string, readonly Claim[]> {
    const claims = new Map<string, Claim[]>();
    const needles = [...wanted.all()].flatMap((raw) => PREFIXES.map((prefix) => prefix + raw.slice(1)));
    const filter = new LineFilter(needles);
    for (const { path, described } of this.#packages()) {
      const list = `${path}.md5sums`;
      const bytes = this.#files.read(list);
      if (bytes === null) {
        this.#files.report(list, "absent: the files of this package are not known", true);
        continue;
      }
      const owner = this.#owner(path, described);
      filter.scan(bytes, MD5_COLUMNS, (needle, start) => {
        const digest = bytes.toString("latin1", start, start + 32);
        const expected = {
          kind: "digest",
          algorithm: "md5",
          digest,
          recordedIn: list,
          config: needle.replace(/^\.?\//, "").startsWith("etc/"),
        } as const;
        const claim = { owner, how: `listed in ${list}`, expected };
        for (const asked of wanted.asked(`/${needle.replace(/^\.?\//, "")}`)) {
          addClaim(claims, asked, claim);
        }
      });
    }
    return claims;
  }

  #owner(path: string, described: DpkgPackage): Owner {
    const time = this.#files.modified(path);
    return {
      manager: "dpkg",
      package: described.name,
      version: described.version,
      origin: fromRaw(described.origin ?? described.maintainer ?? "") || null,
      installed: time === null || time <= 0n ? null : Number(time / 1000n),
    };
  }

  #packages(): readonly Member[] {
    this.#members ??= this.#files
      .list(FOLDER)
      .filter(({ name, kind }) => kind === "file" && !name.endsWith(".md5sums"))
      .flatMap(({ name }) => {
        const path = `${FOLDER}/${name}`;
        return parseDpkgStatus(this.#files.text(path)).map((described) => ({ path, described }));
      });
    return this.#members;
  }
}
