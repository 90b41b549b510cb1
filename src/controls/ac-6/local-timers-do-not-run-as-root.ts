import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { localServices } from "../local-services.ts";
import { conclude } from "../outcome.ts";
import { enablingLinks } from "../unit-subjects.ts";

const AS_ROOT = localTimer("ExecStart=/usr/local/bin/job\n");

/** A service without User= is root; few jobs need that. */
export const localTimersDoNotRunAsRoot: Check = {
  id: "ac6-01-local-timers-do-not-run-as-root",
  title: "Local timers run as root only where that is declared",
  control: "AC-6",
  severity: "medium",
  objectives: ["ac-6_obj"],
  reads: ["/etc/systemd/system/**", "/run/systemd/**", "/usr/local/lib/systemd/**"],
  needs: [],
  why: "A mistake or a weakness in a job that runs as root is a mistake with all power over the host.",
  remediation:
    "set User= to an account of its own, or DynamicUser=yes; declare the timers that need root under root-timers",
  falseResults: ["Backups and certificate renewal often need root: declare them"],
  references: ["man:systemd.exec(5)"],

  run(subject) {
    const { services, doubts } = localServices(subject);
    const meant = subject.declared.rootTimers ?? [];
    return conclude({
      faults: services
        .filter(
          ({ timer, service }) =>
            isRoot(service.user?.text) && !service.dynamicUser && !meant.includes(timer.unit),
        )
        .map(({ timer, loaded }) => ({
          says: `${timer.unit} runs ${loaded.name} as root, and that is not declared`,
          evidence: [
            ...(loaded.path === null ? [] : [ofPath(subject, loaded.path)]),
            ...enablingLinks(subject, timer.record),
          ],
        })),
      doubts,
      looked: services.map(({ loaded, service }) =>
        service.user === null
          ? ofPath(subject, loaded.path ?? loaded.name)
          : at(subject, service.user.span, service.user.text),
      ),
      holds: `of ${services.length} local timers none runs as root undeclared`,
      nothing: "there is no local timer of the system",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...localTimer("User=www-data\nExecStart=/usr/local/bin/job\n") } },
      { files: { ...ACCOUNTS, ...AS_ROOT }, declared: { rootTimers: ["job.timer"] } },
    ],
    fail: [{ files: { ...ACCOUNTS, ...AS_ROOT } }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [{ files: unreadable({ ...ACCOUNTS, ...AS_ROOT }, "/etc/systemd/system/job.service") }],
  }),
};

function isRoot(user: string | undefined): boolean {
  return user === undefined || user === "" || user === "root" || user === "0";
}
