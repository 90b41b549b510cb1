import { hiddenPart } from "../programs/places.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { evidenceAt } from "./evidence.ts";
import { dpkg, timed } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";
import { standingOf } from "./standing.ts";

const PRELOAD = "/etc/ld.so.preload";
const CONFIGURATION = "/etc/ld.so.conf.d";
const MAX_LINES = 1_000;

/** The dynamic loader is told to put a library nobody answers for into every program. */
export const loaderPreloadsLibrary: HostRule = {
  id: "loader-preloads-library",
  subject: "host",
  title: "The loader puts a library of no package into every program",
  severity: "critical",
  confidence: "high",
  signal: "hostile",
  family: "environment",
  depth: "regular",
  techniques: ["T1574.006", "T1014", "T1053.006"],
  controls: ["CM-5", "CM-6", "SI-7"],
  why: "Whatever /etc/ld.so.preload names runs inside every program of the host, every timer's too. Rootkits of user space live there and hide files and processes; no unit and no program changes.",
  benign: ["Libraries that a package ships, such as an allocator or a monitoring agent's (not accused)"],
  clears: "remove the line, or install the library as a package",
  references: ["man:ld.so(8)", "https://attack.mitre.org/techniques/T1574/006/"],

  *check(inventory) {
    const { host } = inventory;
    const linesOf = (path: string): readonly string[] => {
      const read = host.readFile(path);
      return read.kind === "present" ? decodeUtf8(read.value.bytes).split("\n", MAX_LINES) : [];
    };
    for (const [index, line] of linesOf(PRELOAD).entries())
      for (const library of line.replace(/#.*/, "").split(/[\s:]+/)) {
        if (!library.startsWith("/")) continue;
        const real = host.realPath(library);
        const realPath = real.kind === "present" ? real.value : null;
        const standing = standingOf(
          { path: library, realPath, provenance: inventory.provenanceOf(realPath ?? library) },
          inventory,
        );
        if (standing === "packaged" || standing === "store") continue;
        yield {
          unit: PRELOAD,
          scope: "system",
          says: `every program loads ${library} first, for which no package answers`,
          ...(standing === "unknown" ? { signal: "suspicious" as const, confidence: "low" as const } : {}),
          evidence: [
            evidenceAt(inventory, { path: PRELOAD, line: index + 1, column: 1, length: line.length }),
          ],
        };
      }
    const listed = host.readDirectory(CONFIGURATION);
    for (const { name } of listed.kind === "present" ? listed.value : []) {
      const path = `${CONFIGURATION}/${name}`;
      for (const [index, line] of linesOf(path).entries()) {
        const directory = line.trim();
        if (!directory.startsWith("/")) continue;
        if (sharedDirectory(`${directory}/`) === null && hiddenPart(directory) === null) continue;
        yield {
          unit: path,
          scope: "system",
          says: `every program looks for its libraries in ${directory}`,
          evidence: [evidenceAt(inventory, { path, line: index + 1, column: 1, length: line.length })],
        };
      }
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/true", {
        ...dpkg([]),
        "/etc/ld.so.preload": "/usr/local/lib/libx.so\n",
        "/usr/local/lib/libx.so": "",
      }),
      timed("ExecStart=/usr/bin/true", { "/etc/ld.so.conf.d/00-x.conf": "/var/tmp/lib\n" }),
      timed("ExecStart=/usr/bin/true", { "/etc/ld.so.conf.d/00-x.conf": "/usr/lib/.x\n" }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/ld.so.preload": "/usr/lib/libx.so\n",
        "/usr/lib/libx.so": "",
      }),
    ],
    finds: {
      1: [
        "hostile critical high /etc/ld.so.preload:1: every program loads /usr/local/lib/libx.so first, for which no package answers",
      ],
      4: [
        "suspicious critical low /etc/ld.so.preload:1: every program loads /usr/lib/libx.so first, for which no package answers",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true", {
        ...dpkg(["/usr/lib/libagent.so"]),
        "/usr/lib/libagent.so": "",
        "/etc/ld.so.preload": "# of the agent\n/usr/lib/libagent.so\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/ld.so.preload": "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x/lib/x.so\n",
        "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x/lib/x.so": "",
      }),
      timed("ExecStart=/usr/bin/true", { "/etc/ld.so.conf.d/x.conf": "# ours\n/usr/local/lib\n.libs\n" }),
    ],
  }),
};
