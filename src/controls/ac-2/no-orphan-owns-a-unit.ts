import type { FileFacts } from "../../hosts/host.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable, userTimer } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { allTimers } from "../unit-subjects.ts";

/** A file that belongs to nobody belongs to whoever gets the number next. */
export const noOrphanOwnsAUnit: Check = {
  id: "ac2-05-no-orphan-owns-a-unit",
  title: "Every file a timer leads to belongs to an account that exists",
  control: "AC-2",
  severity: "high",
  objectives: ["ac-2_obj.f-5"],
  reads: ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/home"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "What a removed account leaves behind is owned by a bare number. The next account that is given the number owns the unit or program, and with it what the timer does.",
  remediation: "remove what the account left, or give it to root",
  falseResults: ["Images unpacked with the numbers of the machine they were built on"],
  references: ["man:userdel(8)"],

  run(subject) {
    const { timers, doubts } = allTimers(subject);
    const looked = new Map<string, FileFacts>();
    const faults: Point[] = [];
    for (const { unit, closure, record } of timers) {
      if (!record.started.atBoot) continue;
      for (const { path, realPath, facts } of closure.files) {
        const real = realPath ?? path;
        if (facts === null || looked.has(real)) continue;
        looked.set(real, facts);
        const orphan = orphanOf(subject, facts);
        if (orphan !== null)
          faults.push({
            says: `${real}, which ${unit} leads to, belongs to ${orphan}`,
            evidence: [ofPath(subject, real)],
          });
      }
    }
    return conclude({
      faults,
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd", "/etc/group"])],
      looked: [...looked.keys()].map((path) => ofPath(subject, path)),
      holds: `all ${looked.size} files that enabled timers lead to belong to known accounts`,
      nothing: "no timer is enabled",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") } }],
    fail: [
      {
        files: {
          ...ACCOUNTS,
          ...localTimer("ExecStart=/usr/local/bin/job\n"),
          "/usr/local/bin/job": { content: "#!/bin/sh\n", mode: 0o755, uid: 4711 },
        },
      },
      { files: { ...ACCOUNTS, ...userTimer("gone", 1007) } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      {
        files: unreadable({ ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") }, "/etc/group"),
      },
      {
        files: {
          ...ACCOUNTS,
          ...localTimer("ExecStart=/usr/local/bin/job\n"),
          "/etc/nsswitch.conf": "passwd: sss\n",
        },
      },
    ],
  }),
};

function orphanOf({ accounts }: Subject, { uid, gid }: FileFacts): string | null {
  if (uid !== 0 && !accounts.byUid.has(uid)) return `uid ${uid}, which no account has`;
  return gid !== 0 && !accounts.groupByGid.has(gid) ? `gid ${gid}, which no group has` : null;
}
