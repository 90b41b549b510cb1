/**
 * Amazon Inspector for one host. The published mapping gives it a score (protect, minimal) for a rule of Inspector
 * Classic that is retired: the score is a ceiling, never a result. What the current product says is read from files;
 * where nothing is given, our own checks of directory permissions stand in.
 */
import * as v from "valibot";
import type { Host } from "../hosts/host.ts";
import { type Parsed, parsed, problem } from "../parsed.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import type { Assessment } from "./assess.ts";
import { INSPECTOR_STAND_INS } from "./capability.ts";
import type { Subject } from "./subject.ts";

/**
 * - `shown`: what Inspector says of this host is fresh and nothing contradicts (then the score is `minimal`);
 * - `contrary`: an active finding, a failed item, or our own stand-in says otherwise;
 * - `stale`: what was given is too old, or carries no date;
 * - `absent`: nothing was given that is about this host;
 * - `not EC2`: the host is no instance of EC2.
 */
export type InspectorState = "shown" | "contrary" | "stale" | "absent" | "not EC2";

export interface InspectorResult {
  readonly state: InspectorState;
  readonly says: string;
  /** Never above the mapped one: protect, minimal. */
  readonly score: { readonly category: "protect"; readonly value: "minimal" } | null;
  readonly instance: string | null;
  /** Findings and items that contradict, by title. */
  readonly contrary: readonly string[];
  /** Items that support. */
  readonly support: readonly string[];
  /** Items that were skipped, with their reason: never a pass. */
  readonly skipped: readonly string[];
}

export interface InspectorData {
  readonly findings: readonly Finding[];
  readonly items: readonly CisItem[];
  /** Milliseconds since 1970 of scans that are dated, by their ARN. */
  readonly scans: ReadonlyMap<string, number>;
}

const time = v.union([v.number(), v.string()]);
const FINDING = v.object({
  type: v.string(),
  title: v.optional(v.string()),
  severity: v.string(),
  status: v.string(),
  lastObservedAt: v.optional(time),
  resources: v.optional(v.array(v.object({ type: v.string(), id: v.string() })), []),
  packageVulnerabilityDetails: v.optional(
    v.object({
      vulnerabilityId: v.optional(v.string()),
      vulnerablePackages: v.optional(v.array(v.object({ name: v.string() })), []),
    }),
  ),
});
const ITEM = v.object({
  scanArn: v.optional(v.string()),
  targetResourceId: v.optional(v.string()),
  status: v.string(),
  statusReason: v.optional(v.string()),
  checkId: v.optional(v.string()),
  title: v.optional(v.string(), ""),
});
const SCAN = v.object({ scanArn: v.string(), scanDate: v.optional(time) });

type Finding = v.InferOutput<typeof FINDING>;
type CisItem = v.InferOutput<typeof ITEM>;

/** One exported file: `findings`, `scanResultDetails`, `scans`, in any mixture; further fields are passed over. */
export function parseInspector(text: string): Parsed<InspectorData> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return problem("EINVAL", `not JSON: ${(error as Error).message}`, 0);
  }
  const shape = v.object({
    findings: v.optional(v.array(FINDING)),
    scanResultDetails: v.optional(v.array(ITEM)),
    scans: v.optional(v.array(SCAN)),
  });
  const result = v.safeParse(shape, document);
  if (!result.success) {
    const [issue] = result.issues;
    return problem("EINVAL", `${v.getDotPath(issue) ?? "the file"}: ${issue.message}`, 0);
  }
  const { findings, scanResultDetails, scans } = result.output;
  if (findings === undefined && scanResultDetails === undefined && scans === undefined)
    return problem("EINVAL", "none of findings, scanResultDetails, scans is in it", 0);
  const dated = (scans ?? []).flatMap(({ scanArn, scanDate }): [string, number][] => {
    const at = millisecondsOf(scanDate);
    return at === null ? [] : [[scanArn, at]];
  });
  return parsed({ findings: findings ?? [], items: scanResultDetails ?? [], scans: new Map(dated) });
}

/** Seconds since 1970, as the interface gives them, or an ISO time, as exports do. */
function millisecondsOf(given: number | string | undefined): number | null {
  if (typeof given === "number") return given * 1000;
  const at = given === undefined ? Number.NaN : Date.parse(given);
  return Number.isNaN(at) ? null : at;
}

/** Packages through whose holes somebody without root could become the writer of units. */
const PACKAGES =
  /^(?:systemd|libsystemd|udev|polkit|policykit|sudo|dbus|libdbus|udisks|libblockdev|accountsservice|cron|cronie|linux-image|kernel)/;

/** CIS items that bear on these controls, by their titles: numbers differ from benchmark to benchmark. */
const ITEMS: readonly RegExp[] = [
  /sshd PermitRootLogin/i,
  /sudo (?:commands use pty|log file)/i,
  /(?:password|re-authentication|authentication timeout).*(?:privilege|sudo)|sudo authentication timeout/i,
  /root is the only UID 0|shadow password fields are not empty|inactive password lock/i,
  /(?:system|accounts without).*valid login shell/i,
  /journald/i,
  /\baudit(?:d|ing)?\b/i,
  /\bAIDE\b|filesystem integrity|file system integrity/i,
  /permissions on \/etc\/(?:passwd|shadow|group|gshadow)|unowned/i,
];

const USUAL_DAYS = 7;

const RETIRED = "the mapping rests on a rule of Inspector Classic, retired 20 May 2026";

export function inspectorResult(
  subject: Subject,
  assessment: Assessment,
  files: readonly InspectorData[],
): InspectorResult {
  const instance = instanceOf(subject.host);
  const stand = assessment.controls
    .flatMap(({ checks }) => checks)
    .filter(({ check }) => INSPECTOR_STAND_INS.includes(check.id));
  const own = stand
    .map(({ check, result }) => `${check.id.slice(0, 6).toUpperCase()}: ${result.outcome}`)
    .join(", ");
  const base = { instance: instance?.id ?? null, contrary: [], support: [], skipped: [], score: null };
  const nearest = own === "" ? "" : `; nearest own checks ${own}`;
  if (instance === null)
    return { ...base, state: "not EC2", says: `the host is no instance of EC2; ${RETIRED}${nearest}` };
  const about = ofInstance(files, instance.id);
  if (about.findings.length + about.items.length === 0)
    return {
      ...base,
      state: "absent",
      says: `nothing was given that is about this host; ${RETIRED}${nearest}`,
    };
  const failing = stand.filter(({ result }) => result.outcome === "fail").map(({ check }) => check.id);
  const contrary = [
    ...about.findings
      .filter(isContrary)
      .map(
        ({ title, packageVulnerabilityDetails }) =>
          title ?? packageVulnerabilityDetails?.vulnerabilityId ?? "a finding",
      ),
    ...about.items
      .filter(({ status, title }) => status === "FAILED" && bears(title))
      .map(({ title }) => title),
    ...failing,
  ];
  const support = about.items
    .filter(({ status, title }) => status === "PASSED" && bears(title))
    .map(({ title }) => title);
  const skipped = about.items
    .filter(({ status }) => status !== "PASSED" && status !== "FAILED")
    .map(({ title, statusReason }) => `${title}: ${statusReason ?? "no reason given"}`);
  const found = { ...base, contrary, support, skipped };
  if (contrary.length > 0)
    return {
      ...found,
      state: "contrary",
      says: `${contrary.slice(0, 3).join("; ")}${contrary.length > 3 ? `; and ${contrary.length - 3} more` : ""}`,
    };
  const days = Number(subject.declared.settings.get("inspector-days") ?? USUAL_DAYS);
  const age = about.newest === null ? null : (subject.nowUsec / 1000 - about.newest) / 86_400_000;
  if (age === null || !(age <= days)) {
    const says =
      age === null ? "what was given carries no date" : `the newest is ${Math.floor(age)} days old`;
    return { ...found, state: "stale", says: `${says}; ${RETIRED}${nearest}` };
  }
  return {
    ...found,
    state: "shown",
    score: { category: "protect", value: "minimal" },
    says: `nothing contradicts (protect, minimal at most); ${RETIRED}${nearest}`,
  };
}

function ofInstance(
  files: readonly InspectorData[],
  id: string | null,
): {
  readonly findings: readonly Finding[];
  readonly items: readonly CisItem[];
  readonly newest: number | null;
} {
  const findings = files
    .flatMap((file) => file.findings)
    .filter(({ resources }) => resources.some((resource) => resource.id === id));
  const items = files
    .flatMap((file) => file.items)
    .filter(({ targetResourceId }) => targetResourceId === id && id !== null);
  const scans = new Map(files.flatMap((file) => [...file.scans]));
  const times = [
    ...findings.map(({ lastObservedAt }) => millisecondsOf(lastObservedAt)),
    ...items.map(({ scanArn }) => scans.get(scanArn ?? "") ?? null),
  ].filter((at) => at !== null);
  return { findings, items, newest: times.length === 0 ? null : Math.max(...times) };
}

function isContrary({ type, status, severity, packageVulnerabilityDetails }: Finding): boolean {
  const packages = packageVulnerabilityDetails?.vulnerablePackages ?? [];
  return (
    type === "PACKAGE_VULNERABILITY" &&
    status === "ACTIVE" &&
    (severity === "HIGH" || severity === "CRITICAL") &&
    packages.some(({ name }) => PACKAGES.test(name))
  );
}

function bears(title: string): boolean {
  return ITEMS.some((pattern) => pattern.test(title));
}

/** Whether the host is an instance of EC2, and its id where a file tells. */
function instanceOf(host: Host): { readonly id: string | null } | null {
  const read = (path: string): string => {
    const content = host.readFile(path, 1024 * 1024);
    return content.kind === "present" ? decodeUtf8(content.value.bytes).trim() : "";
  };
  const data = read("/run/cloud-init/instance-data.json");
  const cloud = /"cloud_name"\s*:\s*"aws"/.test(data);
  const isEc2 =
    cloud ||
    /^Amazon EC2/.test(read("/sys/class/dmi/id/sys_vendor")) ||
    /^ec2/i.test(read("/sys/hypervisor/uuid"));
  if (!isEc2) return null;
  const id =
    /"instance[-_]id"\s*:\s*"(i-[0-9a-f]+)"/.exec(data)?.[1] ??
    /^i-[0-9a-f]+$/.exec(read("/var/lib/cloud/data/instance-id"))?.[0];
  return { id: id ?? null };
}
