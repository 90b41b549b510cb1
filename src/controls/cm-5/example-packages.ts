/** A packaged timer for examples: a dpkg database with one package, `job`. */
import { createHash } from "node:crypto";
import type { MemoryEntry } from "../../hosts/memory.ts";

type Files = Readonly<Record<string, MemoryEntry>>;

export const VENDOR_TIMER = "/usr/lib/systemd/system/job.timer";
export const VENDOR_SERVICE = "/usr/lib/systemd/system/job.service";
export const VENDOR_PROGRAM = "/usr/bin/job";
export const VENDOR_GENERATOR = "/usr/lib/systemd/system-generators/job-generator";
const TIMER = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n";
const SERVICE = "[Service]\nExecStart=/usr/bin/job\n";
const PROGRAM = "#!/bin/sh\nexit 0\n";

const SHIPPED: ReadonlyMap<string, string> = new Map([
  [VENDOR_TIMER, TIMER],
  [VENDOR_SERVICE, SERVICE],
  [VENDOR_PROGRAM, PROGRAM],
  [VENDOR_GENERATOR, PROGRAM],
]);

/** The package's files and dpkg's records of them. */
export const PACKAGED_JOB: Files = {
  "/var/lib/dpkg/status":
    "Package: job\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0\nMaintainer: Example <job@example.test>\n",
  "/var/lib/dpkg/info/job.list": `/.\n${[...SHIPPED.keys()].join("\n")}\n`,
  "/var/lib/dpkg/info/job.md5sums": [...SHIPPED]
    .map(([path, text]) => `${createHash("md5").update(text).digest("hex")}  ${path.slice(1)}\n`)
    .join(""),
  ...Object.fromEntries(
    [...SHIPPED].map(([path, content]) => [path, content === PROGRAM ? { content, mode: 0o755 } : content]),
  ),
};

/** SHA-256 of a text, as approvals name it. */
export function digestOfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** An approval of one thing. */
export function approvalFor(
  what: string,
  sha256: string | null = null,
  until: string | null = null,
): {
  readonly what: string;
  readonly sha256: string | null;
  readonly ticket: string;
  readonly approvedBy: string;
  readonly until: string | null;
} {
  return { what, sha256, ticket: "CHG-1", approvedBy: "anna", until };
}
