import type { Check, CheckEvidence } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, type Point } from "../outcome.ts";
import {
  type DaemonConfig,
  daemonConfigReads,
  readLogindConfig,
  readSystemConfig,
  readUserConfig,
} from "../sources/journald-config.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";

const POLICY = "manager-settings";
const FILES = ["system.conf", "user.conf", "logind.conf"] as const;
const HOST = {
  "/etc/systemd/system.conf": "[Manager]\n",
  "/etc/systemd/logind.conf": "[Login]\nKillUserProcesses=yes\n",
};

function declaring(text: string): { readonly settings: ReadonlyMap<string, string> } {
  return { settings: new Map([[POLICY, text]]) };
}

export const managersAreConfiguredSafely: Check = {
  id: "cm6-02-managers-are-configured-safely",
  title: "The managers' own settings are as declared and hand no dangerous environment on",
  control: "CM-6",
  severity: "medium",
  objectives: ["cm-6_obj.b"],
  reads: FILES.flatMap(daemonConfigReads),
  needs: [],
  why: "DefaultEnvironment= reaches every service: one LD_PRELOAD there alters them all without touching a unit.",
  remediation: `take the variable out of system.conf or user.conf; declare the settings wanted under ${POLICY}`,
  falseResults: ["Preloaded allocators set on purpose"],
  references: ["man:systemd-system.conf(5)", "man:logind.conf(5)"],

  run(subject) {
    const configs = new Map<string, DaemonConfig>([
      ["system.conf", subject.once(readSystemConfig)],
      ["user.conf", subject.once(readUserConfig)],
      ["logind.conf", subject.once(readLogindConfig)],
    ]);
    const all = [...configs.values()];
    const files = all.flatMap((config) => config.files);
    const { faults, doubts } = againstPolicy(subject, configs);
    const undeclared: Point = {
      says: `which settings the managers should have is not declared (${POLICY}: FILE:Section.Key=VALUE, parted by ;)`,
      evidence: files.map((path) => ofPath(subject, path)),
    };
    const isDeclared = subject.declared.settings.has(POLICY);
    return conclude({
      faults: [...all.flatMap((config) => dangerousVariables(subject, config)), ...faults],
      doubts: [
        ...doubtsOf(
          subject,
          all.flatMap(({ problems }) => problems),
        ),
        ...doubts,
        ...(isDeclared || files.length === 0 ? [] : [undeclared]),
      ],
      looked: files.map((path): CheckEvidence => ofPath(subject, path)),
      holds: "the managers' settings are as declared",
      nothing: "the managers have no configuration here",
    });
  },

  examples: () => ({
    pass: [{ files: HOST, declared: declaring("logind.conf:Login.KillUserProcesses=yes") }],
    fail: [
      {
        files: {
          ...HOST,
          "/etc/systemd/system.conf.d/x.conf": "[Manager]\nDefaultEnvironment=LD_PRELOAD=/tmp/x.so\n",
        },
      },
      {
        files: { ...HOST, "/etc/systemd/logind.conf": "[Login]\nKillUserProcesses=no\n" },
        declared: declaring("logind.conf:Login.KillUserProcesses=yes"),
      },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: HOST },
      {
        files: { ...HOST, "/etc/systemd/system.conf": { content: "", error: "EACCES" } },
        declared: declaring("logind.conf:Login.KillUserProcesses=yes"),
      },
      { files: HOST, declared: declaring("logind.conf:Login.StopIdleSessionSec=1h") },
      { files: HOST, declared: declaring("whatever") },
    ],
  }),
};

/** Variables that make other programs run, or name places others may write. */
function dangerousVariables(subject: Subject, { settings }: DaemonConfig): readonly Point[] {
  return ["Manager.DefaultEnvironment", "Manager.ManagerEnvironment"].flatMap((key): readonly Point[] => {
    const setting = settings.get(key);
    if (setting === undefined) return [];
    const bad =
      /(?:^|[\s"'])(LD_PRELOAD|LD_LIBRARY_PATH|LD_AUDIT|BASH_ENV|PYTHONPATH|PERL5LIB|SYSTEMD_UNIT_PATH|SYSTEMD_GENERATOR_PATH)=/.exec(
        setting.value,
      )?.[1] ??
      /(?:^|[\s"'])(PATH)=(?:[^\s"']*:)?(?:\/tmp|\/var\/tmp|\/dev\/shm|\/home|\.)/.exec(setting.value)?.[1];
    return bad === undefined
      ? []
      : [{ says: `${key} sets ${bad}`, evidence: [at(subject, setting.span, setting.value)] }];
  });
}

function againstPolicy(
  subject: Subject,
  configs: ReadonlyMap<string, DaemonConfig>,
): { readonly faults: readonly Point[]; readonly doubts: readonly Point[] } {
  const faults: Point[] = [];
  const doubts: Point[] = [];
  for (const part of (subject.declared.settings.get(POLICY) ?? "").split(";").map((one) => one.trim())) {
    if (part === "") continue;
    const [, file = "", key = "", wanted = ""] =
      /^([a-z]+\.conf):([A-Za-z]+\.[A-Za-z]+)=(.*)$/.exec(part) ?? [];
    const setting = configs.get(file)?.settings.get(key);
    if (!configs.has(file))
      doubts.push({ says: `"${part.slice(0, 60)}" in ${POLICY} is not understood`, evidence: [] });
    else if (setting === undefined)
      doubts.push({
        says: `${key} is left to the default in ${file}, ${wanted} is declared`,
        evidence: [ofPath(subject, `/etc/systemd/${file}`)],
      });
    else if (setting.value.toLowerCase() !== wanted.trim().toLowerCase())
      faults.push({
        says: `${key} is ${setting.value}, ${wanted} is declared`,
        evidence: [at(subject, setting.span)],
      });
  }
  return { faults, doubts };
}
