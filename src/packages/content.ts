import type { Host } from "../hosts/host.ts";
import type { Claim, Expected } from "./claim.ts";
import { type Digests, digestBytes } from "./digests.ts";
import { toRaw } from "./raw-path.ts";

/** How a path's content stands to what its package shipped. */
export type ContentState = "matches" | "modified" | "conffile-modified" | "unknown" | "not-shipped";

/** A comparison's outcome and, in plain English, how it came about. */
export interface ContentVerdict {
  readonly content: ContentState;
  readonly how: string;
}

/** Compares a path with a package's claim to it. The last component is not followed: a link is judged as a link. */
export function compareContent(host: Host, digests: Digests, path: string, claim: Claim): ContentVerdict {
  const facts = host.lstat(path);
  if (facts.kind === "absent") return verdict("unknown", claim, "the path itself is absent");
  if (facts.kind === "unreadable") return verdict("unknown", claim, `not readable: ${facts.reason}`);
  const kind = facts.value.kind;
  const { expected } = claim;
  switch (expected.kind) {
    case "unrecorded":
      return kind === "directory"
        ? verdict("matches", claim, "a directory")
        : verdict("unknown", claim, expected.reason);
    case "directory":
      return kind === "directory"
        ? verdict("matches", claim, "a directory, as shipped")
        : verdict("modified", claim, `shipped as a directory, is a ${kind} now`);
    case "link":
      return compareLink(host, path, claim, expected, kind);
    case "digest": {
      if (kind === "symlink" && expected.ofLinkText === true)
        return compareLinkText(host, path, claim, expected);
      if (kind !== "file") {
        return changed(claim, expected, `shipped as a regular file, is a ${kind} now`);
      }
      if (expected.size !== undefined && expected.size !== facts.value.size) {
        return changed(claim, expected, `${facts.value.size} bytes, shipped with ${expected.size}`);
      }
      const digest = digests.of(path, facts.value, expected.algorithm);
      if (digest.kind === "absent") return verdict("unknown", claim, "the path itself is absent");
      if (digest.kind === "unreadable") return verdict("unknown", claim, digest.reason);
      return digest.value === expected.digest
        ? verdict("matches", claim, `${expected.algorithm} equals ${expected.recordedIn}`)
        : changed(claim, expected, `${expected.algorithm} differs from ${expected.recordedIn}`);
    }
  }
}

function compareLink(
  host: Host,
  path: string,
  claim: Claim,
  expected: Extract<Expected, { kind: "link" }>,
  kind: string,
): ContentVerdict {
  if (kind !== "symlink") return verdict("modified", claim, `shipped as a symbolic link, is a ${kind} now`);
  const target = host.readLink(path);
  if (target.kind !== "present") return verdict("unknown", claim, "the link cannot be read");
  return target.value === expected.target
    ? verdict("matches", claim, `link text equals ${expected.recordedIn}`)
    : verdict("modified", claim, `link text differs from ${expected.recordedIn}`);
}

function compareLinkText(
  host: Host,
  path: string,
  claim: Claim,
  expected: Extract<Expected, { kind: "digest" }>,
): ContentVerdict {
  const target = host.readLink(path);
  if (target.kind !== "present") return verdict("unknown", claim, "the link cannot be read");
  const digest = digestBytes(Buffer.from(toRaw(target.value), "latin1"), expected.algorithm);
  if (digest === null) return verdict("unknown", claim, `this Node.js cannot compute ${expected.algorithm}`);
  return digest === expected.digest
    ? verdict("matches", claim, `${expected.algorithm} of the link text equals ${expected.recordedIn}`)
    : changed(claim, expected, `${expected.algorithm} of the link text differs from ${expected.recordedIn}`);
}

function changed(claim: Claim, expected: Extract<Expected, { kind: "digest" }>, why: string): ContentVerdict {
  return verdict(expected.config ? "conffile-modified" : "modified", claim, why);
}

function verdict(content: ContentState, claim: Claim, why: string): ContentVerdict {
  return { content, how: `${claim.how}; ${why}` };
}
