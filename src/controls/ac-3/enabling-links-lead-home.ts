import { accountDoubts } from "../account-doubts.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, notAssessable, type Point } from "../outcome.ts";
import { writerPoints } from "../writer-points.ts";

const JOB = localTimer("ExecStart=/usr/local/bin/job\n");
const LINK = "/etc/systemd/system/timers.target.wants/job.timer";

/** A link that enables a unit should lead to that unit's own file, and nobody else should be able to change it. */
export const enablingLinksLeadHome: Check = {
  id: "ac3-03-enabling-links-lead-home",
  title: "Every enabling link leads to a unit in the search path that only root can change",
  control: "AC-3",
  severity: "high",
  objectives: ["ac-3_obj"],
  reads: [
    "/etc/passwd",
    "/etc/group",
    "/etc/systemd/system/**",
    "/usr/lib/systemd/system/**",
    "/run/systemd/**",
  ],
  needs: ["/etc/passwd", "/etc/group"],
  why: "The name of a link in a .wants directory decides what starts, its target only who may change it: a link that leads elsewhere hides what runs, or lets somebody else decide it.",
  remediation: "remove the link and enable the unit again with systemctl enable",
  falseResults: ["Units kept in /srv or a checkout and linked with systemctl link, which is legal"],
  references: ["man:systemd.unit(5)"],

  run(subject) {
    const manager = subject.system;
    if (manager === null) return notAssessable("the system's units were left out of this assessment");
    const roots = manager.searchPath.map(({ path }) => path);
    const looked: CheckEvidence[] = [];
    const faults: Point[] = [];
    const doubts: Point[] = [];
    for (const [directoryName, directories] of manager.unitDirectories) {
      if (directoryName.endsWith(".d")) continue;
      for (const { real: directory } of directories) {
        for (const { name, kind } of manager.reader.list(directory, "links that start units") ?? []) {
          const path = `${directory}/${name}`;
          if (kind !== "symlink") continue;
          const evidence = ofPath(subject, path, targetOf(subject.host, path));
          looked.push(evidence);
          const found = writerPoints(subject, path);
          faults.push(...found.faults);
          doubts.push(...found.doubts);
          const target = subject.host.realPath(path);
          if (target.kind === "unreadable")
            doubts.push({ says: `${path}: ${target.reason}`, evidence: [evidence] });
          if (target.kind === "absent")
            doubts.push({ says: `${path} leads to nothing`, evidence: [evidence] });
          if (target.kind !== "present" || target.value === "/dev/null") continue;
          const real = manager.lookup(name).realPath;
          if (!manager.roots.some((root) => target.value.startsWith(`${root}/`)) && real !== target.value)
            faults.push({
              says: `${path} leads out of the unit directories, to ${target.value}`,
              evidence: [evidence],
            });
          else if (real !== target.value && !isTemplate(target.value))
            faults.push({
              says: `${path} leads to ${target.value}, but starts ${real ?? "nothing"}`,
              evidence: [evidence],
            });
        }
      }
    }
    return conclude({
      faults,
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd", "/etc/group"], true)],
      looked,
      holds: `all ${looked.length} enabling links lead to units in ${roots.length} directories`,
      nothing: "no link enables any unit",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...JOB } }],
    fail: [
      { files: { ...ACCOUNTS, ...JOB, [LINK]: { link: "/srv/job.timer" }, "/srv/job.timer": "[Timer]\n" } },
      {
        files: {
          ...ACCOUNTS,
          ...JOB,
          [LINK]: { link: "/etc/systemd/system/other.timer" },
          "/etc/systemd/system/other.timer": "[Timer]\nOnCalendar=weekly\n",
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...JOB,
          [LINK]: { link: "/home/bob/job.timer" },
          "/home/bob": { dir: true, uid: 1001 },
        },
      },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n" } }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...JOB }, "/etc/group") },
      {
        files: {
          ...ACCOUNTS,
          ...JOB,
          "/etc/systemd/system/timers.target.wants": { dir: true, error: "EACCES" },
        },
      },
    ],
  }),
};

function targetOf(host: Parameters<typeof writerPoints>[0]["host"], path: string): string | null {
  const link = host.readLink(path);
  return link.kind === "present" ? link.value : null;
}

/** Instances are links to their template. */
function isTemplate(path: string): boolean {
  return /@\.[a-z]+$/.test(path);
}
