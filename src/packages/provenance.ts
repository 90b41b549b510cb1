import type { Host } from "../hosts/host.ts";
import { type Alternatives, type AlternativeUse, openAlternatives } from "./alternatives.ts";
import { openApk } from "./apk.ts";
import type { Claim, Owner, PackageProblem, PackageSource } from "./claim.ts";
import { type ContentState, compareContent } from "./content.ts";
import { Digests } from "./digests.ts";
import { type DpkgSource, openDpkg } from "./dpkg.ts";
import type { DpkgDiversion, DpkgStatOverride } from "./dpkg-diversions.ts";
import { openDpkgStatusFolder } from "./dpkg-status-folder.ts";
import { type Origins, openOrigins, type PackageOrigin, type PackageVersion } from "./origin.ts";
import { openPacman } from "./pacman.ts";
import { fromRaw } from "./raw-path.ts";
import { openRpm } from "./rpm.ts";
import { openSpellings, type Spellings } from "./spellings.ts";
import { wantedPaths } from "./wanted.ts";

export type { Owner, PackageManager, PackageProblem } from "./claim.ts";
export type { ContentState } from "./content.ts";

/** Where a path of the target comes from, and how we know. */
export interface Provenance {
  readonly path: string;
  /** `null` when no package claims it, which `content` tells apart from not knowing. */
  readonly owner: Owner | null;
  /**
   * `not-shipped`: every package list was read and none names it. `unknown`: the lists are missing or incomplete, or
   * the package recorded nothing to compare with, or the path is absent or unreadable; `how` says which.
   */
  readonly content: ContentState;
  /** Plain English: `listed in /var/lib/dpkg/info/apt.list; md5 equals apt.md5sums`. */
  readonly how: string;
  /** How many further packages claim the same path, at most 15. */
  readonly alsoClaimed: number;
  /** The dpkg diversion this path is the source or the destination of. */
  readonly diverted?: Diversion;
  /** The alternative this path is a link of; `owner` is then that of the file it finally names. */
  readonly alternative?: AlternativeUse;
  /** dpkg-statoverride's word on owner and mode. */
  readonly statOverride?: DpkgStatOverride;
  /** Why the record itself may have been tampered with: its md5sums are newer than the installation. */
  readonly doubt?: string;
}

/** One diversion of dpkg-divert(1); `by` is `null` for a local one. */
export type Diversion = DpkgDiversion;

/** What the target's package managers say about files. Nothing is read before it is asked for. */
export interface PackageDatabase {
  /** Managers whose database is there, readable or not: `dpkg`, `rpm`, `pacman`, `apk`. */
  readonly kinds: readonly string[];
  /** False on a target without any: "provenance unavailable" is then the honest word for everything. */
  readonly hasDatabase: boolean;
  /** What could not be read so far; grows with every question. */
  readonly problems: readonly PackageProblem[];
  /** One pass over the lists, however many paths; keys are the paths as given. The last component is not followed. */
  provenanceOf(paths: readonly string[]): ReadonlyMap<string, Provenance>;
  /** Packages that were removed and left configuration behind, in byte order. */
  removedPackages(): readonly string[];
  /** Installed packages, name to version. */
  packageNames(): ReadonlyMap<string, string>;
  /** Whether a repository offers a package of dpkg's; apt's lists are read at the first question. */
  originOf(wanted: PackageVersion): PackageOrigin;
}

/** Finds the package databases of a target. Never throws; what cannot be read is in `problems`. */
export function openPackages(host: Host): PackageDatabase {
  return new Packages(host);
}

class Packages implements PackageDatabase {
  readonly #host: Host;
  readonly #dpkg: DpkgSource | null;
  readonly #sources: readonly PackageSource[];
  readonly #alternatives: Alternatives;
  readonly #digests: Digests;
  readonly #spellings: Spellings;
  readonly #origins: Origins;

  constructor(host: Host) {
    this.#host = host;
    this.#dpkg = openDpkg(host);
    const others = [openDpkgStatusFolder(host), ...openRpm(host), openPacman(host), openApk(host)];
    this.#sources = [this.#dpkg, ...others].filter((source) => source !== null);
    this.#alternatives = openAlternatives(host);
    this.#digests = new Digests(host);
    this.#spellings = openSpellings(host);
    this.#origins = openOrigins(host, () => this.#dpkg?.packageNames().keys() ?? []);
  }

  get kinds(): readonly string[] {
    return [...new Set(this.#sources.map(({ manager }) => manager))];
  }

  get hasDatabase(): boolean {
    return this.#sources.length > 0;
  }

  get problems(): readonly PackageProblem[] {
    return [...this.#sources.flatMap(({ problems }) => problems), ...this.#alternatives.problems];
  }

  removedPackages(): readonly string[] {
    return this.#sources.flatMap((source) => source.removedPackages());
  }

  packageNames(): ReadonlyMap<string, string> {
    return new Map(this.#sources.flatMap((source) => [...source.packageNames()]));
  }

  originOf(wanted: PackageVersion): PackageOrigin {
    return this.#origins.originOf(wanted);
  }

  provenanceOf(paths: readonly string[]): ReadonlyMap<string, Provenance> {
    const uses = new Map<string, AlternativeUse>();
    for (const path of paths) {
      const use = this.hasDatabase ? this.#alternatives.useOf(path) : null;
      if (use !== null) uses.set(path, use);
    }
    const targets = [...uses.values()].flatMap(({ target }) => target ?? []);
    const wanted = wantedPaths([...paths, ...targets], this.#spellings);
    const claims = this.#sources.map((source) => source.claims(wanted));
    const claimsOn = (path: string): readonly Claim[] => claims.flatMap((map) => map.get(path) ?? []);
    const answers = new Map<string, Provenance>();
    for (const path of paths) {
      const use = uses.get(path);
      const own = claimsOn(path);
      const answer =
        use === undefined || own.length > 0
          ? this.#judge(path, own)
          : this.#judgeAlternative(path, use, use.target === null ? [] : claimsOn(use.target));
      const marks = this.#marks(wanted.spellings(path));
      answers.set(path, { ...answer, ...marks, ...(use === undefined ? {} : { alternative: use }) });
    }
    return answers;
  }

  /** The claim whose content holds, else one that could be compared, else the first: Multi-Arch twins share files. */
  #judge(path: string, claims: readonly Claim[]): Provenance {
    const judged = claims.map((claim) => ({
      claim,
      ...compareContent(this.#host, this.#digests, path, claim),
    }));
    const best =
      judged.find(({ content }) => content === "matches") ??
      judged.find(({ content }) => content !== "unknown") ??
      judged[0];
    if (best === undefined) return { path, owner: null, ...this.#unclaimed(), alsoClaimed: 0 };
    const { claim, content, how } = best;
    const answer = { path, owner: claim.owner, content, how, alsoClaimed: claims.length - 1 };
    return claim.doubt === undefined ? answer : { ...answer, doubt: claim.doubt };
  }

  /** A link of update-alternatives belongs to the package of the file it names, if that is a registered choice. */
  #judgeAlternative(path: string, use: AlternativeUse, claims: readonly Claim[]): Provenance {
    const owner = claims[0]?.owner ?? null;
    const base = { path, owner, alsoClaimed: Math.max(0, claims.length - 1) };
    const where = `link of the alternative ${use.name} (${use.recordedIn})`;
    if (use.target === null) return { ...base, content: "unknown", how: `${where}; it points nowhere` };
    return use.registered
      ? { ...base, content: "matches", how: `${where}; ${use.target} is a registered choice` }
      : { ...base, content: "modified", how: `${where}; ${use.target} is not a registered choice` };
  }

  #unclaimed(): { readonly content: ContentState; readonly how: string } {
    const names = this.kinds.join(", ");
    if (!this.hasDatabase) return { content: "unknown", how: "the target has no package database" };
    const broken = this.#sources.find((source) => !source.complete());
    if (broken !== undefined) {
      const [first] = broken.problems;
      const reason = first === undefined ? "" : ` (${first.path}: ${first.reason})`;
      return {
        content: "unknown",
        how: `no list that could be read names it, but not all could be${reason}`,
      };
    }
    return { content: "not-shipped", how: `no package of ${names} lists it` };
  }

  #marks(spellings: readonly string[]): { diverted?: Diversion; statOverride?: DpkgStatOverride } {
    const marks: { diverted?: Diversion; statOverride?: DpkgStatOverride } = {};
    const overrides = this.#dpkg?.statOverrides() ?? new Map<string, DpkgStatOverride>();
    for (const spelling of spellings) {
      const diversion = this.#dpkg?.diversionOf(spelling);
      if (diversion !== undefined) {
        marks.diverted = { from: fromRaw(diversion.from), to: fromRaw(diversion.to), by: diversion.by };
      }
      const override = overrides.get(spelling);
      if (override !== undefined) marks.statOverride = override;
    }
    return marks;
  }
}
