import type { Check, CheckEvidence } from "../check.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AUDIT_RULES, AUDIT_RULES_FOLDER, readAuditRules } from "../sources/audit-rules.ts";
import { isGlobalBlinder } from "../sources/audit-rules-coverage.ts";
import { AUDITD_CONFIG, readAuditdConfig } from "../sources/auditd-config.ts";
import { unitPresence } from "../sources/forwarders-units.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { looksLikeCommandLine } from "./kernel-command-line.ts";

const UNIT = "/usr/lib/systemd/system/auditd.service";
const LINK = "/etc/systemd/system/multi-user.target.wants/auditd.service";
const RULES = `${AUDIT_RULES_FOLDER}/audit.rules`;
/** Where the kernel's command line stands: of a running host, and of one at rest. */
const GRUB = "/etc/default/grub";
const COMMAND_LINES = ["/proc/cmdline", "/etc/kernel/cmdline", GRUB];

/** A host whose auditd is enabled; the other examples of audit build on it. */
export const AUDITED_HOST = {
  [UNIT]:
    "[Service]\nExecStart=/sbin/auditd\nExecStartPost=-/sbin/augenrules --load\n[Install]\nWantedBy=multi-user.target\n",
  [LINK]: { link: UNIT },
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\n",
  "/etc/systemd/system/default.target": { link: "/usr/lib/systemd/system/multi-user.target" },
  [AUDITD_CONFIG]: "local_events = yes\nwrite_logs = yes\n",
  [RULES]: "-D\n-b 8192\n",
};

export const auditWorks: Check = {
  id: "si4-01-audit-works",
  title: "The audit system is on and records",
  control: "SI-4",
  severity: "high",
  objectives: ["si-4_obj.a.1", "si-4_obj.c.1"],
  reads: [
    "/etc/systemd/system/**",
    "/usr/lib/systemd/system/auditd.service",
    AUDITD_CONFIG,
    AUDIT_RULES,
    `${AUDIT_RULES_FOLDER}/*`,
    ...COMMAND_LINES,
  ],
  needs: [],
  why: "Audit is the one record of who wrote a unit and who started it; off, masked or told to look away it shows nothing.",
  remediation:
    "install and enable auditd, drop audit=0 from the kernel's command line and -a never,task from the rules",
  falseResults: [
    "Another program may read the kernel's audit in auditd's place",
    "Offline only what is configured is seen, not what the kernel counts as lost",
  ],
  references: ["man:auditd(8)", "man:auditctl(8)", "man:kernel-command-line(7)"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container has no audit of its own");
    const rules = subject.once(readAuditRules);
    const config = subject.once(readAuditdConfig);
    const problems: SourceProblem[] = [...rules.problems, ...config.problems];
    const presence = unitPresence(subject, "auditd.service");
    const service = subject.system?.load("auditd.service").path ?? UNIT;
    if (presence === "absent")
      return conclude({
        faults:
          problems.length > 0 ? [] : [{ says: "auditd is not installed", evidence: [ofPath(subject, UNIT)] }],
        doubts: doubtsOf(subject, problems),
        looked: [],
        holds: "",
        nothing: "there is no audit",
        // Not set up is milder than set up and made blind.
        severity: "medium",
      });
    const looked: CheckEvidence[] = [ofPath(subject, service, presence)];
    const faults: Point[] = [
      ...(presence === "off"
        ? [{ says: "auditd.service is disabled or masked", evidence: [ofPath(subject, service)] }]
        : []),
      ...blinders(subject),
      ...kernelFaults(subject, problems),
    ];
    for (const name of ["local_events", "write_logs"]) {
      const setting = config.settings.get(name);
      if (setting?.value.toLowerCase() === "no")
        faults.push({ says: `${name} is no in ${AUDITD_CONFIG}`, evidence: [at(subject, setting.span)] });
    }
    const unknown: Point = {
      says: "whether auditd is enabled cannot be told",
      evidence: [ofPath(subject, service)],
    };
    const bare: Point = { says: `${AUDITD_CONFIG} is not there`, evidence: [ofPath(subject, AUDITD_CONFIG)] };
    const ruleless: Point = {
      says: "no file of audit rules can be read",
      evidence: [ofPath(subject, AUDIT_RULES_FOLDER)],
    };
    return conclude({
      faults,
      doubts: [
        ...(presence === "unknown" ? [unknown] : []),
        ...(config.present ? [] : [bare]),
        ...(rules.present ? [] : [ruleless]),
        ...doubtsOf(subject, problems),
      ],
      looked,
      holds: "auditd is enabled and nothing on disk switches audit off",
      nothing: "there is no audit",
    });
  },

  examples: () => ({
    pass: [{ files: AUDITED_HOST }],
    fail: [
      { files: { "/usr/lib/systemd/system": { dir: true } } },
      {
        files: {
          ...AUDITED_HOST,
          "/etc/systemd/system/auditd.service": { link: "/dev/null" },
          "/dev/null": { kind: "character-device" },
        },
      },
      { files: { ...AUDITED_HOST, [RULES]: "-a never,task\n" } },
      { files: { ...AUDITED_HOST, [RULES]: "-D\n-e 0\n" } },
      { files: { ...AUDITED_HOST, "/etc/default/grub": 'GRUB_CMDLINE_LINUX="quiet audit=0"\n' } },
      { files: { ...AUDITED_HOST, [AUDITD_CONFIG]: "write_logs = no\n" } },
    ],
    notApplicable: [{ files: { "/.dockerenv": "" } }],
    notAssessable: [
      { files: { ...AUDITED_HOST, [AUDITD_CONFIG]: { content: "", error: "EACCES" } } },
      { files: { ...AUDITED_HOST, [RULES]: { content: "", error: "EACCES" } } },
    ],
  }),
};

function blinders(subject: Subject): readonly Point[] {
  const { rules, enabled } = subject.once(readAuditRules);
  const off =
    enabled?.value === 0
      ? [{ says: "the rules switch audit off with -e 0", evidence: [at(subject, enabled.span)] }]
      : [];
  const blind = rules.filter(isGlobalBlinder).map(({ text, span }) => ({
    says: `the rule "${text}" keeps everything from being recorded`,
    evidence: [at(subject, span)],
  }));
  return [...off, ...blind];
}

/** The last `audit=` counts, as the kernel reads it; `off` and `0` are off. */
function kernelFaults(subject: Subject, problems: SourceProblem[]): readonly Point[] {
  return COMMAND_LINES.flatMap((path): readonly Point[] => {
    const text = readText(subject.host, path, problems) ?? "";
    if (text !== "" && path !== GRUB && !looksLikeCommandLine(text))
      problems.push({ span: lineSpan(path, 1), reason: "no kernel command line" });
    return text.split("\n").flatMap((line, index) => {
      if (line.trimStart().startsWith("#")) return [];
      if (path === GRUB && !/^\s*($|[A-Za-z_]\w*=|export\s|\.\s|if\s|then|else|fi\b)/.test(line))
        problems.push({ span: lineSpan(path, index + 1), reason: "no setting of the boot loader" });
      const last = [...line.matchAll(/(?:^|[\s"'])audit=(\w+)/g)].at(-1)?.[1];
      return last === "0" || last === "off"
        ? [{ says: `${path} says audit=${last}`, evidence: [at(subject, lineSpan(path, index + 1))] }]
        : [];
    });
  });
}
