import { type Setting, type Unit, value } from "../../units/unit.ts";
import type { Check } from "../check.ts";
import { approvalOf } from "../cm-5/approval.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { localServices } from "../local-services.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";

const QUIET = "StandardOutput=null\nStandardError=null\nExecStart=/usr/local/bin/job\n";

export const timersDoNotSilenceThemselves: Check = {
  id: "si4-06-timers-do-not-silence-themselves",
  title: "Services of local timers log what they do",
  control: "SI-4",
  severity: "medium",
  objectives: ["si-4_obj.b"],
  reads: ["/etc/systemd/system/**", "/run/systemd/**", "/usr/local/lib/systemd/**"],
  needs: [],
  why: "A job that throws its output away, caps its log at emergencies or moves it to a namespace of its own is one nobody reads about.",
  remediation: "remove the setting, or approve the unit with a reason",
  falseResults: ["Very chatty jobs that keep a log of their own"],
  references: ["man:systemd.exec(5)"],

  run(subject) {
    const { services, doubts } = localServices(subject);
    return conclude({
      faults: services.flatMap(({ loaded }) =>
        approvalOf(subject, [loaded.name], loaded.path) === "approved"
          ? []
          : silences(subject, loaded.name, loaded.unit),
      ),
      doubts,
      looked: services.map(({ loaded }) => ofPath(subject, loaded.path ?? loaded.name)),
      holds: `all ${services.length} services of local timers log what they do`,
      nothing: "there is no local timer of the system",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") } },
      {
        files: {
          ...ACCOUNTS,
          ...localTimer("StandardOutput=null\nStandardError=journal\nExecStart=/usr/local/bin/job\n"),
        },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, ...localTimer(QUIET) } },
      { files: { ...ACCOUNTS, ...localTimer("LogLevelMax=crit\nExecStart=/usr/local/bin/job\n") } },
      { files: { ...ACCOUNTS, ...localTimer("LogNamespace=own\nExecStart=/usr/local/bin/job\n") } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...localTimer(QUIET) }, "/etc/systemd/system/job.service") },
    ],
  }),
};

/** Standard error follows standard output unless told otherwise. */
function silences(subject: Subject, name: string, unit: Unit): readonly Point[] {
  const setting = (key: string): Setting | null => value(unit, "Service", key);
  const found: Point[] = [];
  const add = (key: string, says: string): void => {
    const where = setting(key);
    found.push({
      says: `${name} ${says}`,
      evidence: where === null ? [] : [at(subject, where.span)],
    });
  };
  const output = setting("StandardOutput")?.value ?? "journal";
  const errors = setting("StandardError")?.value ?? "inherit";
  if (output === "null" && (errors === "null" || errors === "inherit"))
    add("StandardOutput", "throws all its output away");
  const cap = setting("LogLevelMax")?.value ?? "debug";
  if (/^(emerg|alert|crit|[012])$/.test(cap)) add("LogLevelMax", `logs nothing below ${cap}`);
  if ((setting("LogNamespace")?.value ?? "") !== "") add("LogNamespace", "logs to a journal of its own");
  if (/^~?\.[*+]?$|^~\.\*/.test(setting("LogFilterPatterns")?.value ?? ""))
    add("LogFilterPatterns", "filters all its lines out");
  return found;
}
