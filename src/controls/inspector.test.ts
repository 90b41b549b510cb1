import { expect, test } from "vitest";
import { assess } from "./assess.ts";
import { exampleSubject } from "./check.test-support.ts";
import { ACCOUNTS, localTimer } from "./example-hosts.ts";
import { inspectorResult, parseInspector } from "./inspector.ts";

const ID = "i-0123456789abcdef0";
const EC2 = {
  "/sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
  "/var/lib/cloud/data/instance-id": `${ID}\n`,
};
/** A day before the moment of the examples. */
const FRESH = 1_767_139_200;

function finding(more: object = {}, name = "systemd"): object {
  return {
    type: "PACKAGE_VULNERABILITY",
    severity: "HIGH",
    status: "ACTIVE",
    title: "a finding",
    lastObservedAt: FRESH,
    resources: [{ type: "AWS_EC2_INSTANCE", id: ID }],
    packageVulnerabilityDetails: { vulnerablePackages: [{ name }] },
    ...more,
  };
}

function item(status: string, title = "Ensure sshd PermitRootLogin is disabled", more: object = {}): object {
  return { scanArn: "scan", targetResourceId: ID, status, title, ...more };
}

const SCANS = [{ scanArn: "scan", scanDate: FRESH }];

test.each<[string, object | null, string, boolean?]>([
  ["not EC2", { findings: [finding()] }, "not EC2", false],
  ["nothing given", null, "absent"],
  [
    "about another instance",
    { findings: [finding({ resources: [{ type: "AWS_EC2_INSTANCE", id: "i-1" }] })] },
    "absent",
  ],
  ["about a container image", { findings: [finding({ resources: [] })] }, "absent"],
  ["an active hole in systemd", { findings: [finding()] }, "contrary"],
  ["an active hole in polkit", { findings: [finding({}, "policykit-1")] }, "contrary"],
  ["critical", { findings: [finding({ severity: "CRITICAL" })] }, "contrary"],
  ["a hole elsewhere", { findings: [finding({}, "vim")] }, "shown"],
  ["a milder hole", { findings: [finding({ severity: "MEDIUM" })] }, "shown"],
  ["a closed hole", { findings: [finding({ status: "CLOSED" })] }, "shown"],
  ["a suppressed hole", { findings: [finding({ status: "SUPPRESSED" })] }, "shown"],
  ["a reachable port", { findings: [finding({ type: "NETWORK_REACHABILITY" })] }, "shown"],
  ["old", { findings: [finding({ status: "CLOSED", lastObservedAt: FRESH - 9 * 86400 })] }, "stale"],
  [
    "an ISO time",
    { findings: [finding({ status: "CLOSED", lastObservedAt: "2025-12-31T00:00:00Z" })] },
    "shown",
  ],
  ["undated", { findings: [finding({ status: "CLOSED", lastObservedAt: undefined })] }, "stale"],
  ["a failed item", { scanResultDetails: [item("FAILED")], scans: SCANS }, "contrary"],
  [
    "a failed item that does not bear on it",
    { scanResultDetails: [item("FAILED", "Ensure GDM is removed")], scans: SCANS },
    "shown",
  ],
  ["a passed item", { scanResultDetails: [item("PASSED")], scans: SCANS }, "shown"],
  [
    "a skipped item",
    { scanResultDetails: [item("SKIPPED", undefined, { statusReason: "no agent" })], scans: SCANS },
    "shown",
  ],
  ["items without their scan", { scanResultDetails: [item("PASSED")] }, "stale"],
  ["scans without items", { scans: SCANS }, "absent"],
])("%s", (_name, document, state, ec2 = true) => {
  const parsed = document === null ? null : parseInspector(JSON.stringify(document));
  if (parsed !== null && !parsed.ok) throw new Error(parsed.problem.message);
  const subject = exampleSubject({
    files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n"), ...(ec2 ? EC2 : {}) },
  });
  const assessment = assess(subject, { controls: ["AC-3"] });
  const result = inspectorResult(subject, assessment, parsed === null ? [] : [parsed.value]);
  expect(result.state).toBe(state);
  expect(result.score === null || result.score.value === "minimal").toBe(true);
  expect(result.score !== null).toBe(state === "shown");
});

test("our own stand-in speaks against it", () => {
  const subject = exampleSubject({
    files: {
      ...ACCOUNTS,
      ...EC2,
      ...localTimer("ExecStart=/usr/local/bin/job\n"),
      "/etc/systemd/system": { dir: true, mode: 0o777 },
    },
  });
  const parsed = parseInspector(JSON.stringify({ findings: [finding({ status: "CLOSED" })] }));
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const result = inspectorResult(subject, assess(subject, { controls: ["AC-3"] }), [parsed.value]);
  expect([result.state, result.contrary]).toEqual([
    "contrary",
    ["ac3-01-unit-directories-are-roots", "ac3-02-closure-files-are-protected"],
  ]);
});

test.each([
  ["[", "not JSON"],
  ["{}", "none of"],
  ['{"findings":[{"type":1}]}', "findings.0.type"],
])("a wrong file is named with its place: %s", (text, says) => {
  const result = parseInspector(text);
  expect(result.ok ? "" : result.problem.message).toContain(says);
});
