import type { Assignment } from "../syntax/unit-file.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import { runsItsArguments, unitFileAt } from "./overrides.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isPackaged, isStray } from "./standing.ts";

/** A unit file of nobody's package stands before a packaged one of the same name, and runs something else. */
export const vendorUnitShadowed: ActivationRule = {
  id: "vendor-unit-shadowed",
  subject: "activation",
  title: "A copy of a packaged unit runs another program",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1543.002", "T1036.005", "T1053.006"],
  controls: ["CM-3", "CM-5", "SI-7"],
  why: "The package's file is untouched and no longer counts. Names, description and schedule are those everyone knows; only the program is another.",
  benign: ["`systemctl edit --full` that changes schedule, limits or arguments (not accused)"],
  clears: "remove the copy, or give the job a name of its own",
  references: ["man:systemctl(1)", "https://attack.mitre.org/techniques/T1036/005/"],

  *check({ closure }, inventory) {
    for (const { loaded } of closure.units) {
      const own = fragmentOf(closure, loaded.primaryId);
      if (loaded.fragment === null || own === null || !isStray(own, inventory)) continue;
      const shadowed = loaded.overrides.find(({ path }) =>
        isPackaged({ path, provenance: inventory.provenanceOf(path) }, inventory),
      );
      if (shadowed === undefined) continue;
      const before = startsOf(unitFileAt(shadowed.path, inventory)?.assignments ?? []);
      const added = loaded.fragment.file.assignments.filter((each) => {
        const start = startOf(each);
        return start !== null && !before.has(start);
      });
      const [first] = added;
      if (first === undefined) continue;
      yield {
        says: `${loaded.fragment.path} takes the place of ${shadowed.path} and has ${first.key}=${first.value.slice(0, 120)}`,
        evidence: [
          evidenceAt(inventory, first.span),
          evidenceOfFile(shadowed.path, "the package's file, which no longer counts"),
        ],
      };
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service":
          "[Service]\nType=oneshot\nExecStart=/usr/local/sbin/vendor-ng\n",
        "/usr/local/sbin/vendor-ng": script(),
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.timer": "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
        "/etc/systemd/system/other.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      shipped("vendor", "ExecStart=/bin/sh -c 'true'", {
        "/etc/systemd/system/vendor.service": "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo other'\n",
      }),
    ],
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service":
          "[Service]\nType=oneshot\nNice=5\nExecStart=/usr/bin/vendor --quiet\n",
        "/etc/systemd/system/vendor.timer": "[Timer]\nOnCalendar=weekly\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        ...dpkg([
          "/usr/lib/systemd/system/vendor.timer",
          "/usr/lib/systemd/system/vendor.service",
          "/etc/systemd/system/vendor.service",
        ]),
        "/etc/systemd/system/vendor.service": "[Service]\nExecStart=/usr/bin/other\n",
      }),
      timed("ExecStart=/usr/local/sbin/x", {
        "/usr/lib/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/x\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service":
          "[Unit]\nUnit=x\nExecStart=/x\n[Service]\nExecSearchPath=/srv\nExecStart=\nExecStart=/usr/bin/vendor\n[X-Own]\nUnit=y\nExecStart=/y\n",
      }),
      shipped("vendor", "", {
        "/usr/lib/systemd/system/vendor.service": "[Service]\nExecStart=/usr/bin/vendor\n",
        "/etc/systemd/system/vendor.service": "[Service]\nNice=5\nExecStart=/usr/bin/vendor\n",
      }),
    ],
  }),
};

function startsOf(assignments: readonly Assignment[]): ReadonlySet<string | null> {
  return new Set(assignments.map(startOf));
}

/** What an assignment starts: a program of an Exec key, or the unit a timer triggers. */
function startOf({ section, key, value }: Assignment): string | null {
  if (section === "Timer" && key === "Unit") return `unit ${value}`;
  if (section !== "Service" || !key.startsWith("Exec") || key === "ExecSearchPath" || value === "")
    return null;
  const program = /^[-@:+!|]*(\S+)/.exec(value)?.[1] ?? value;
  return (runsItsArguments(program) ? value : program).replace(/^\/(s?bin|lib)\//, "/usr/$1/");
}
