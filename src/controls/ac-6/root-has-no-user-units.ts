import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";

const TREES = ["/root/.config/systemd/user", "/root/.local/share/systemd/user"];

/** A second place where root's jobs can hide, which `systemctl list-timers` does not show. */
export const rootHasNoUserUnits: Check = {
  id: "ac6-07-root-has-no-user-units",
  title: "root has no units of a user manager of its own",
  control: "AC-6",
  severity: "medium",
  objectives: ["ac-6_obj"],
  reads: ["/root/.config/systemd/user/**", "/root/.local/share/systemd/user/**", "/var/lib/systemd/linger/*"],
  needs: [],
  why: "Units of root's user manager run with all power and are seen by none of the usual commands unless one thinks of systemctl --user as root.",
  remediation: "make the job a system unit with an account of its own",
  falseResults: ["Containers that root runs from user units on purpose: declare the unit as approved"],
  references: ["man:systemd.unit(5)"],

  run(subject) {
    const approved = new Set((subject.declared.approved ?? []).map(({ what }) => what));
    const faults: Point[] = [];
    const doubts: Point[] = [];
    for (const tree of TREES) collect(subject, tree, approved, faults, doubts);
    const lingers = subject.accounts.lingering.find(({ name }) => name === "root");
    if (lingers && !(subject.declared.lingering ?? []).includes("root"))
      faults.push({ says: "root lingers", evidence: [ofPath(subject, lingers.path)] });
    const there = ["/root/.config", "/root", ...TREES].filter(
      (path) => subject.host.stat(path).kind === "present",
    );
    const home = subject.host.readDirectory("/root");
    if (home.kind !== "present") {
      const reason = home.kind === "absent" ? "it is not in this evidence" : home.reason;
      doubts.push({ says: `/root: ${reason}`, evidence: [ofPath(subject, "/root", reason)] });
    }
    const hasManager = [...TREES, "/var/lib/systemd/linger"].some(
      (path) => subject.host.stat(path).kind !== "absent",
    );
    return conclude({
      faults,
      doubts,
      looked: hasManager ? there.map((path) => ofPath(subject, path)) : [],
      holds: "root has no units of its own besides the system's",
      nothing: "root has no directory of user units, and nobody lingers",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, "/root": { dir: true, mode: 0o700 }, [TREES[0] ?? ""]: { dir: true } } }],
    fail: [
      { files: { ...ACCOUNTS, "/root/.config/systemd/user/x.timer": "[Timer]\nOnCalendar=daily\n" } },
      { files: { ...ACCOUNTS, "/root": { dir: true }, "/var/lib/systemd/linger/root": "" } },
    ],
    notApplicable: [{ files: { ...ACCOUNTS, "/root": { dir: true, mode: 0o700 } } }],
    notAssessable: [{ files: ACCOUNTS }, { files: { ...ACCOUNTS, "/root": { dir: true, error: "EACCES" } } }],
  }),
};

function collect(
  subject: Subject,
  directory: string,
  approved: ReadonlySet<string>,
  faults: Point[],
  doubts: Point[],
): void {
  const listing = subject.host.readDirectory(directory);
  if (listing.kind === "unreadable")
    doubts.push({ says: `${directory}: ${listing.reason}`, evidence: [ofPath(subject, directory)] });
  if (listing.kind !== "present") return;
  for (const { name, kind } of listing.value) {
    const path = `${directory}/${name}`;
    if (kind === "directory") {
      const inner = subject.host.readDirectory(path);
      if (inner.kind === "present" && inner.value.length === 0) continue;
    }
    if (approved.has(name) || approved.has(path)) continue;
    faults.push({ says: `root has ${path}`, evidence: [ofPath(subject, path)] });
  }
}
