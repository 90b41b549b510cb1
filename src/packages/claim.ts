/** A package database format this project reads. */
export type PackageManager = "dpkg" | "rpm" | "pacman" | "apk";

/** The package that says a path is its own. */
export interface Owner {
  readonly manager: PackageManager;
  /** Package name; dpkg's Multi-Arch twins carry their architecture (`libc6:amd64`). */
  readonly package: string;
  /** Version as the manager prints it (rpm: `epoch:version-release`); empty when the database does not say. */
  readonly version: string;
  /** Who says they built it: dpkg `Origin` or `Maintainer`, rpm `Vendor` or `Packager`, pacman `Packager`, apk maintainer. */
  readonly origin?: string | null;
  /** When it was installed, microseconds since 1970; `null` where the database does not keep that. */
  readonly installed?: number | null;
  /** rpm and pacman: whether the database records a signature checked at installation. Never re-verified here. */
  readonly signature?: "recorded" | "none";
}

/** What a database says a path should hold. */
export type Expected =
  | {
      readonly kind: "digest";
      /** Name as `node:crypto` spells it: `md5`, `sha1`, `sha256`, … */
      readonly algorithm: string;
      /** Lower-case hexadecimal. */
      readonly digest: string;
      /** The file that records it. */
      readonly recordedIn: string;
      /** True when the administrator is expected to edit the file. */
      readonly config: boolean;
      /** Bytes, where the database keeps it. */
      readonly size?: number;
      /** apk: if the path is a symbolic link, the digest is that of its text. */
      readonly ofLinkText?: true;
    }
  | { readonly kind: "link"; readonly target: string; readonly recordedIn: string }
  | { readonly kind: "directory"; readonly recordedIn: string }
  | { readonly kind: "unrecorded"; readonly reason: string };

/** One package's claim to one path. */
export interface Claim {
  readonly owner: Owner;
  /** Where the claim is written, in plain English: `listed in /var/lib/dpkg/info/apt.list`. */
  readonly how: string;
  readonly expected: Expected;
  /** Why the record itself may have been tampered with. */
  readonly doubt?: string;
}

/** No honest path has more owners; Multi-Arch twins are two or three. */
const MAX_CLAIMS = 16;

/** More packages than any system has: a database that claims more is not read to its end. */
export const MAX_PACKAGES: number = 250_000;

/** Adds a claim to a path's, up to 16. */
export function addClaim(claims: Map<string, Claim[]>, asked: string, claim: Claim): void {
  const known = claims.get(asked);
  if (known === undefined) claims.set(asked, [claim]);
  else if (known.length < MAX_CLAIMS) known.push(claim);
}

/** Something of a package database that could not be read or understood. */
export interface PackageProblem {
  readonly path: string;
  readonly reason: string;
}

/** One package database of a target, read lazily. */
export interface PackageSource {
  readonly manager: PackageManager;
  /** Where it lies. */
  readonly path: string;
  /** What could not be read so far; grows as more is read. */
  readonly problems: readonly PackageProblem[];
  /** False once part of the lists could not be read: a path nobody claims may still be a package's. */
  complete(): boolean;
  /** Which packages claim the wanted paths. Keys are the paths as they were asked for. */
  claims(wanted: WantedPaths): ReadonlyMap<string, readonly Claim[]>;
  /** Name to version of every package whose files are on the system. */
  packageNames(): ReadonlyMap<string, string>;
  /** Packages that were removed and left only configuration behind (dpkg's `rc`). */
  removedPackages(): readonly string[];
}

/** The paths a caller asks about, under every spelling a database may list them by. See `wanted.ts`. */
export interface WantedPaths {
  /** Asked paths that a database path (raw, see `raw-path.ts`) means; empty when none. */
  asked(raw: string): readonly string[];
  /** Whether any wanted path lies directly in this directory (raw, without trailing slash, `""` for the root). */
  inDirectory(raw: string): boolean;
  /** Every spelling of an asked path. */
  spellings(asked: string): readonly string[];
  /** Every spelling of everything. */
  all(): Iterable<string>;
}
