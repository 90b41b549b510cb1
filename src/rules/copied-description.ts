import type { LoadedUnit } from "../manager/manager.ts";
import { value } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { dpkg, shipped } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { standingOf } from "./standing.ts";

const VENDOR = /^\/(usr\/)?lib\/systemd\//;

/** A unit of nobody's package describes itself in the words of a packaged one, and runs something else. */
export const copiedDescription: HostRule = {
  id: "copied-description",
  subject: "host",
  title: "Describes itself in the words of a packaged unit",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "masquerading",
  depth: "regular",
  techniques: ["T1036.004", "T1053.006"],
  controls: ["CM-5", "CM-8"],
  why: "Descriptions are what systemctl and the journal show. A copied one makes the planted unit look like the vendor's.",
  benign: ["Copies that run the same program at another time (not accused)"],
  clears: "describe the unit in words of its own",
  references: ["https://attack.mitre.org/techniques/T1036/004/"],

  *check(inventory) {
    const known = new Map<string, { readonly name: string; readonly programs: Set<string> }>();
    for (const { loaded, target, commands } of inventory.timers)
      for (const each of [loaded, target]) {
        if (each === null || each.path === null || !VENDOR.test(each.path)) continue;
        const text = value(each.unit, "Unit", "Description")?.value;
        if (text === undefined || text.length < 12) continue;
        const entry = known.get(text) ?? { name: each.name, programs: new Set<string>() };
        for (const { path } of commands) entry.programs.add(path);
        known.set(text, entry);
      }
    for (const { unit, scope, loaded, target, commands } of inventory.timers)
      for (const each of [loaded, target]) {
        if (each === null) continue;
        const description = value(each.unit, "Unit", "Description");
        const original = description === null ? undefined : known.get(description.value);
        if (description === null || original === undefined || original.name === each.name) continue;
        if (commands.every(({ path }) => original.programs.has(path))) continue;
        if (!isUnanswered(each)) continue;
        yield {
          unit,
          scope,
          says: `${each.name} calls itself '${description.value.slice(0, 80)}', as ${original.name} of a package does, and runs something else`,
          evidence: [evidenceAt(inventory, description.span)],
        };
        break;
      }

    function isUnanswered({ path, realPath }: LoadedUnit): boolean {
      if (path === null) return false;
      const provenance = inventory.provenanceOf(realPath ?? path);
      return standingOf({ path, realPath, provenance }, inventory) === "unpackaged";
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/keeper.timer":
          "[Unit]\nDescription=vendor of the vendor\n[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/keeper.service": "[Service]\nExecStart=/srv/keeper\n",
      }),
    ],
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor-noon.timer":
          "[Unit]\nDescription=vendor of the vendor\n[Timer]\nOnCalendar=12:00\n",
        "/etc/systemd/system/vendor-noon.service": "[Service]\nExecStart=/usr/bin/vendor --noon\n",
      }),
      shipped("v", "ExecStart=/usr/bin/vendor", {
        "/usr/lib/systemd/system/v.timer": "[Unit]\nDescription=Daily job\n[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/keeper.timer": "[Unit]\nDescription=Daily job\n[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/keeper.service": "[Service]\nExecStart=/srv/keeper\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/usr/lib/systemd/system/vendor.timer":
          "[Unit]\nDescription=The timer itself\n[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/user/vendor.timer":
          "[Unit]\nDescription=The timer itself\n[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/user/vendor.service": "[Service]\nExecStart=/srv/other\n",
        "/etc/systemd/user/vendor.timer": "[Unit]\nDescription=The timer itself\n[Timer]\nOnCalendar=daily\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/keeper.timer":
          "[Unit]\nDescription=vendor of the vendor\n[Timer]\nOnCalendar=daily\nUnit=reboot.target\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        ...dpkg([
          "/usr/lib/systemd/system/vendor.timer",
          "/usr/lib/systemd/system/vendor.service",
          "/usr/lib/systemd/system/twin.timer",
          "/usr/lib/systemd/system/twin.service",
          "/etc/systemd/system/keeper.timer",
        ]),
        "/usr/lib/systemd/system/twin.timer":
          "[Unit]\nDescription=vendor of the vendor\n[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/system/twin.service": "[Service]\nExecStart=/usr/bin/twin\n",
        "/etc/systemd/system/keeper.timer":
          "[Unit]\nDescription=vendor of the vendor\n[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/keeper.service": "[Service]\nExecStart=/srv/keeper\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/keeper.timer":
          "[Unit]\nDescription=vendor of the vendor\n[Timer]\nOnCalendar=daily\n",
      }),
    ],
  }),
};
