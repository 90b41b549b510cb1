import { createHash } from "node:crypto";
import type { Host } from "../hosts/host.ts";
import type { Activation } from "../inventory/activation.ts";
import { digestFile } from "../packages/digests.ts";
import type { Finding } from "../rules/judge.ts";

/**
 * What a decision about a finding binds to: all that its activation does, or, where the host itself is accused, the
 * files the accusation rests on.
 */
export function bindingOf(finding: Finding, activation: Activation | null, host: Host): string {
  return activation === null ? evidenceDigest(finding, host) : closureDigest(activation, host);
}

/** SHA-256 over content, owner and mode of every file a finding points at. */
function evidenceDigest({ accusation }: Finding, host: Host): string {
  const hash = createHash("sha256");
  for (const path of [...new Set(accusation.evidence.map(({ span }) => span.path))].sort(compare)) {
    const facts = host.stat(path);
    const { uid, gid, mode } = facts.kind === "present" ? facts.value : NO_FACTS;
    hash.update(`${["file", path, uid, gid, mode, contentOf(host, path)].join("\0")}\0\n`);
  }
  return `sha256:${hash.digest("hex")}`;
}

const NO_FACTS = { uid: -1, gid: -1, mode: -1 };

/**
 * SHA-256 over everything that decides what an activation does: its schedule, its commands, and the content, owner and
 * mode of every file it leads to. Any change of one of them is another digest. A file that cannot be read counts by
 * the reason, so that it is not mistaken for its readable self.
 */
export function closureDigest(activation: Activation, host: Host): string {
  const hash = createHash("sha256");
  const add = (...parts: readonly (string | number)[]) => hash.update(`${parts.join("\0")}\0\n`);
  add("activation", activation.id, activation.runsAs);
  if (activation.kind === "timer")
    for (const value of activation.record.timer?.values ?? []) add("schedule", value.directive, value.text);
  else add("schedule", activation.job.scheduleText);
  for (const { unit, key, exec, runsAs } of activation.closure.commands)
    add("command", unit, key, runsAs, exec.path, ...exec.argv, ...exec.flags);
  const files = [...activation.closure.files].sort(
    (a, b) => compare(a.path, b.path) || compare(a.role, b.role),
  );
  for (const { path, role, facts, realPath } of files) {
    add("file", role, path, realPath ?? "", facts?.uid ?? -1, facts?.gid ?? -1, facts?.mode ?? -1);
    add(contentOf(host, realPath ?? path));
  }
  return `sha256:${hash.digest("hex")}`;
}

function contentOf(host: Host, path: string): string {
  const digest = digestFile(host, path, "sha256");
  if (digest.kind === "present") return digest.value;
  return digest.kind === "absent" ? "absent" : `unreadable ${digest.code}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
