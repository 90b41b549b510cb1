import type { Provenance } from "../../packages/provenance.ts";
import type { Check } from "../check.ts";
import { approvalOf, approvalSays } from "../cm-5/approval.ts";
import { approvalFor, PACKAGED_JOB } from "../cm-5/example-packages.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { BUILT_IN_GENERATOR_FOLDERS } from "../si-4/generator-folders.ts";
import type { Subject } from "../subject.ts";

const VENDOR = [
  "/usr/lib/systemd/system",
  "/usr/lib/systemd/user",
  "/usr/local/lib/systemd/system",
  "/usr/local/lib/systemd/user",
];
const LOCAL = ["/etc/systemd/system", "/etc/systemd/user"];
const STRAY = "/usr/lib/systemd/system/stray.timer";
const OWN = "/etc/systemd/system/own.service";
const MAX_FILES = 50_000;

export const nothingUnpackagedInVendorPlaces: Check = {
  id: "si7-04-nothing-unpackaged-in-vendor-places",
  title: "Every unit, drop-in and generator in the vendor's places comes from a package",
  control: "SI-7",
  severity: "high",
  objectives: ["si-7_obj.a-3"],
  reads: [...VENDOR, ...LOCAL]
    .map((path) => `${path}/**`)
    .concat(
      BUILT_IN_GENERATOR_FOLDERS.map((path) => `${path}/*`),
      ["/var/lib/dpkg/**", "/var/lib/rpm/**"],
    ),
  needs: [],
  why: "Among hundreds of packaged units one that no package knows is easily overlooked.",
  remediation: "package the file, approve it in the attestations, or remove it",
  falseResults: [
    "Links that systemctl enable makes belong to no package and are not counted",
    "Software installed by its own installer: approve its units",
  ],
  references: ["man:dpkg-query(1)", "man:systemd.unit(5)"],

  run(subject) {
    const doubts: Point[] = [];
    const paths = [...VENDOR, ...BUILT_IN_GENERATOR_FOLDERS, ...LOCAL]
      .flatMap((folder) => entriesOf(subject, folder, 1, doubts))
      .slice(0, MAX_FILES);
    const unique = [...new Set(paths)];
    const { packages } = subject.inventory;
    const known = packages.hasDatabase ? packages.provenanceOf(unique) : new Map<string, Provenance>();
    const faults: { readonly path: string; readonly point: Point }[] = [];
    for (const path of unique) {
      const provenance = known.get(path);
      if (
        provenance !== undefined &&
        provenance.content !== "unknown" &&
        provenance.content !== "not-shipped"
      )
        continue;
      if (provenance?.content === "unknown" && provenance.owner !== null) continue;
      const state = approvalOf(subject, [path.slice(path.lastIndexOf("/") + 1)], path);
      if (state === "approved") continue;
      const how = provenance?.how ?? "there is no package database";
      if (provenance?.content === "not-shipped")
        faults.push({
          path,
          point: {
            says: `${path} is in no package${state === "open" ? "" : ` and ${approvalSays(state)}`}`,
            evidence: [ofPath(subject, path, how)],
          },
        });
      else
        doubts.push({
          says: `whether ${path} is in a package is not known: ${how}`,
          evidence: [ofPath(subject, path, how)],
        });
    }
    const base = {
      faults: faults.map(({ point }) => point),
      doubts,
      looked: unique.slice(0, 3).map((path) => ofPath(subject, path)),
      holds: `all ${unique.length} files in the places of units are packaged or approved`,
      nothing: "the places of units are empty",
    };
    const isOnlyLocal = faults.every(({ path }) => LOCAL.some((folder) => path.startsWith(`${folder}/`)));
    return isOnlyLocal ? conclude({ ...base, severity: "medium" }) : conclude(base);
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB } },
      {
        files: { ...ACCOUNTS, ...PACKAGED_JOB, [OWN]: "[Service]\nExecStart=/bin/true\n" },
        declared: { approved: [approvalFor(OWN)] },
      },
    ],
    fail: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB, [STRAY]: "[Timer]\nOnCalendar=daily\n" } },
      { files: { ...ACCOUNTS, ...PACKAGED_JOB, [OWN]: "[Service]\nExecStart=/bin/true\n" } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, [STRAY]: "[Timer]\nOnCalendar=daily\n" } },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          "/var/lib/dpkg/info/job.list": { content: "", error: "EACCES" },
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          "/usr/local/lib/systemd/system": { dir: true, error: "EACCES" },
        },
      },
    ],
  }),
};

/** Files, one directory deep; in `/etc` links are what enabling makes, and are left to the check of links. */
function entriesOf(subject: Subject, folder: string, depth: number, doubts: Point[]): readonly string[] {
  const listing = subject.host.readDirectory(folder);
  if (listing.kind === "unreadable")
    doubts.push({ says: `${folder}: ${listing.reason}`, evidence: [ofPath(subject, folder)] });
  if (listing.kind !== "present") return [];
  return listing.value.flatMap(({ name, kind }) => {
    const path = `${folder}/${name}`;
    if (kind === "directory") return depth > 0 ? entriesOf(subject, path, depth - 1, doubts) : [];
    if (kind === "symlink") return folder.startsWith("/etc/") ? [] : [path];
    return kind === "file" ? [path] : [];
  });
}
