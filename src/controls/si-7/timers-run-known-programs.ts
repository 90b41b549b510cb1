import type { ClosureFile } from "../../inventory/closure.ts";
import type { Check } from "../check.ts";
import { approvalOf, approvalSays } from "../cm-5/approval.ts";
import { approvalFor, digestOfText, PACKAGED_JOB } from "../cm-5/example-packages.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { allTimers } from "../unit-subjects.ts";

const PROGRAM = "/usr/local/bin/job";
const LOCAL = localTimer(`ExecStart=${PROGRAM}\n`);

export const timersRunKnownPrograms: Check = {
  id: "si7-05-timers-run-known-programs",
  title: "Timers of root run only programs that are packaged or approved",
  control: "SI-7",
  severity: "high",
  objectives: ["si-7_obj.a-1"],
  reads: ["/usr/**", "/opt/**", "/etc/systemd/**", "/var/lib/dpkg/**", "/var/lib/rpm/**"],
  needs: [],
  why: "What no package ships no package check compares: root runs it on a schedule, whatever it has become.",
  remediation: "ship the program in a package, or approve it with its SHA-256 in the attestations",
  falseResults: [
    "Settings below /etc that a script reads in are not counted, though they could hold commands",
    "Agents that update themselves",
    "Scripts that configuration management puts in place: approve them",
  ],
  references: ["man:systemd.service(5)"],

  run(subject) {
    const { timers, doubts: unread } = allTimers(subject);
    const programs = new Map<string, ClosureFile>();
    for (const timer of timers.filter(({ scope }) => scope === "system"))
      for (const file of timer.closure.files)
        if ((file.role === "program" || file.role === "script") && file.runsAs === "root")
          programs.set(file.realPath ?? file.path, file);
    const direct = new Set(timers.flatMap(({ closure }) => closure.commands.map(({ exec }) => exec.path)));
    const faults: Point[] = [];
    const doubts: Point[] = [...unread];
    for (const [path, { provenance, facts, span }] of programs) {
      if (provenance !== null && provenance.owner !== null) continue;
      if (facts === null) {
        // What a unit names and is not there may have been lost; an interpreter that is missing starts nothing.
        if (direct.has(path))
          doubts.push({ says: `${path} is not there`, evidence: [ofPath(subject, path)] });
        continue;
      }
      // Scripts read settings in from /etc, which maintainers' scripts and administrators write.
      if (path.startsWith("/etc/") && (facts.mode & 0o111) === 0 && !direct.has(path)) continue;
      const state = approvalOf(subject, [path], path);
      if (state === "approved") continue;
      const how = provenance?.how ?? "there is no package database";
      const evidence = [ofPath(subject, path, how), at(subject, span)];
      if (provenance?.content === "not-shipped" || state === "changed" || state === "expired")
        faults.push({
          says: `root runs ${path}, which is in no package${state === "open" ? "" : ` and ${approvalSays(state)}`}`,
          evidence,
        });
      else doubts.push({ says: `whether ${path} is in a package is not known: ${how}`, evidence });
    }
    return conclude({
      faults,
      doubts,
      looked: [...programs.keys()].map((path) => ofPath(subject, path)),
      holds: `all ${programs.size} programs that timers run as root are packaged or approved`,
      nothing: "no timer of the system runs a program as root",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB } },
      {
        files: { ...ACCOUNTS, ...LOCAL },
        declared: { approved: [approvalFor(PROGRAM, digestOfText("#!/bin/sh\nexit 0\n"))] },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB, ...LOCAL } },
      {
        files: { ...ACCOUNTS, ...PACKAGED_JOB, ...LOCAL },
        declared: { approved: [approvalFor(PROGRAM, digestOfText("other"))] },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, ...LOCAL } },
      { files: unreadable({ ...ACCOUNTS, ...PACKAGED_JOB, ...LOCAL }, "/var/lib/dpkg/info/job.list") },
    ],
  }),
};
