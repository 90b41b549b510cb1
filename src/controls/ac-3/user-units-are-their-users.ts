import type { Host } from "../../hosts/host.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, unreadable, userTimer } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { writerPoints } from "../writer-points.ts";

const FOLDERS = [".config/systemd", ".local/share/systemd"];
const UNITS = "/home/bob/.config/systemd/user";
const MAX_ENTRIES = 2000;
const MAX_DEPTH = 6;

/** Whoever can write into somebody's unit directory acts as that person. */
export const userUnitsAreTheirUsers: Check = {
  id: "ac3-07-user-units-are-their-users",
  title: "Only a user and root can change the user's own units",
  control: "AC-3",
  severity: "high",
  objectives: ["ac-3_obj"],
  reads: [
    "/etc/passwd",
    "/etc/group",
    "/home/*/.config/systemd/**",
    "/home/*/.local/share/systemd/**",
    "/root/**",
  ],
  needs: ["/etc/passwd", "/etc/group"],
  why: "A unit in a home runs as its owner at login, or from boot on when the account lingers. If others can write there, they act under that name.",
  remediation: "chown the tree to its user and chmod go-w it; remove links that lead out of the home",
  falseResults: ["Homes shared by a group on purpose"],
  references: ["man:systemd.unit(5)"],

  run(subject) {
    const looked: CheckEvidence[] = [];
    const faults: Point[] = [];
    const doubts: Point[] = [];
    for (const { name, uid, home } of subject.accounts.all) {
      if (!home.startsWith("/") || home === "/") continue;
      for (const folder of FOLDERS) {
        const tree = `${home}/${folder}`;
        const facts = subject.host.stat(tree);
        if (facts.kind === "unreadable")
          doubts.push({ says: `${tree}: ${facts.reason}`, evidence: [ofPath(subject, tree)] });
        if (facts.kind !== "present") continue;
        looked.push(ofPath(subject, tree));
        for (const path of entriesOf(subject.host, tree, doubts, subject)) {
          const found = writerPoints(subject, path, { name, uid });
          faults.push(...found.faults);
          doubts.push(...found.doubts);
          const out = leadsOut(subject.host, path, home);
          if (out !== null)
            faults.push({
              says: `${path} leads out of the home, to ${out}`,
              evidence: [ofPath(subject, path, out)],
            });
        }
      }
    }
    return conclude({
      faults: [...new Map(faults.map((point) => [point.says, point])).values()],
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd", "/etc/group"], true)],
      looked,
      holds: `${looked.length} trees of users' own units are their owners' alone`,
      nothing: "no account has units of its own",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...userTimer("bob", 1001) } }],
    fail: [
      {
        files: {
          ...ACCOUNTS,
          ...userTimer("bob", 1001, {
            [UNITS]: { dir: true, uid: 1001, gid: 1001, mode: 0o777 },
            "/home/bob": { dir: true, uid: 1001, mode: 0o755 },
          }),
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...userTimer("bob", 1001, {
            [`${UNITS}/own.service`]: { content: "[Service]\n", uid: 1000 },
            "/home/bob": { dir: true, uid: 1001, mode: 0o755 },
          }),
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...userTimer("bob", 1001, {
            [`${UNITS}/own.timer`]: { link: "/home/anna/x.timer" },
            "/home/anna": { dir: true, uid: 1000 },
          }),
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...userTimer("bob", 1001) }, "/etc/group") },
      {
        files: {
          ...ACCOUNTS,
          ...userTimer("bob", 1001, { [UNITS]: { dir: true, uid: 1001, gid: 1001, error: "EACCES" } }),
        },
      },
    ],
  }),
};

function entriesOf(host: Host, tree: string, doubts: Point[], subject: Subject): readonly string[] {
  const paths = [tree];
  const depthOf = (path: string): number => path.split("/").length - tree.split("/").length;
  for (let index = 0; index < paths.length && paths.length < MAX_ENTRIES; index++) {
    const path = paths[index] ?? tree;
    const facts = host.lstat(path);
    if (facts.kind !== "present" || facts.value.kind !== "directory" || depthOf(path) > MAX_DEPTH) continue;
    const listing = host.readDirectory(path);
    if (listing.kind === "unreadable")
      doubts.push({ says: `${path}: ${listing.reason}`, evidence: [ofPath(subject, path)] });
    if (listing.kind === "present") paths.push(...listing.value.map(({ name }) => `${path}/${name}`));
  }
  return paths;
}

/** Where a link out of the home leads, unless to the system's own units or to a mask. */
function leadsOut(host: Host, path: string, home: string): string | null {
  const link = host.readLink(path);
  if (link.kind !== "present") return null;
  const real = host.realPath(path);
  const target = real.kind === "present" ? real.value : link.value;
  const fine = [`${home}/`, "/usr/", "/etc/systemd/", "/lib/", "/dev/null"].some((prefix) =>
    target.startsWith(prefix),
  );
  return fine || !target.startsWith("/") ? null : target;
}
