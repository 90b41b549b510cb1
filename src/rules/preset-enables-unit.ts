import { type PresetRule, presetRuleOf, readPresets } from "../manager/preset.ts";
import { scopeName } from "../manager/scope.ts";
import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, dpkg } from "./example-host.ts";
import type { HostRule, Tree } from "./rule.ts";
import { isStray } from "./standing.ts";

const VENDOR_PRESET = "/usr/lib/systemd/system-preset/90-vendor.preset";
/** A distribution that leaves off what its presets do not name. */
const VENDORS: Tree = {
  ...dpkg([VENDOR_PRESET]),
  [VENDOR_PRESET]: "enable vendor.timer\ndisable *\n",
  "/usr/lib/systemd/system/vendor.timer": "[Timer]\nOnCalendar=daily\n",
  "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
  "/usr/lib/systemd/system/other.timer": "[Timer]\nOnCalendar=daily\n",
};
/** Only packages put files there. */
const VENDORS_DIRECTORY = /^(?:\/usr)?\/lib\//;
/** Names told of the units that one line switches on. */
const TOLD = 5;

/** A preset file of nobody's package switches on what packages leave off. */
export const presetEnablesUnit: HostRule = {
  id: "preset-enables-unit",
  subject: "host",
  title: "A preset file that no package ships switches units on",
  severity: "medium",
  confidence: "medium",
  signal: "context",
  family: "placement",
  depth: "regular",
  techniques: ["T1543.002", "T1053.006"],
  controls: ["CM-3", "CM-6"],
  why: "Presets decide what is enabled when a package is installed and at the first boot of an image. One line makes every later installation arm a unit, by the package manager's own hand and with a link like any other.",
  benign: [
    "Presets of a distribution or an appliance that its packages ship (not accused)",
    "Presets by which a site decides what its images run (only context)",
  ],
  clears: "ship the preset in a package, or accept it with an owner",
  references: ["man:systemd.preset(5)", "man:systemctl(1) preset"],

  *check(inventory) {
    for (const manager of inventory.managers) {
      if (manager.scope.kind === "user") continue;
      const rules = readPresets(manager);
      const paths = [...new Set(rules.map(({ span }) => span.path))];
      const foreign = new Set(
        paths.filter((path) => isStray({ path, provenance: inventory.provenanceOf(path) }, inventory)),
      );
      const others: PresetRule[] = [];
      const added: PresetRule[] = [];
      for (const rule of rules) (foreign.has(rule.span.path) ? added : others).push(rule);
      const switched = new Map<PresetRule, string[]>();
      for (const name of manager.names()) {
        const rule = presetRuleOf(added, name, true);
        if (rule?.action !== "enabled" || presetRuleOf(rules, name, true) !== rule) continue;
        if (presetRuleOf(others, name, true)?.action !== "disabled") continue;
        const names = switched.get(rule);
        if (names === undefined) switched.set(rule, [name]);
        else names.push(name);
      }
      for (const [{ span }, names] of switched) {
        const rest = names.length > TOLD ? ` and ${names.length - TOLD} more` : "";
        yield {
          // A line is told of once, at the first unit it is for.
          unit: names[0] ?? span.path,
          scope: scopeName(manager.scope),
          says: `${span.path} switches on ${names.slice(0, TOLD).join(", ")}${rest}, which the packages' presets leave off`,
          ...(VENDORS_DIRECTORY.test(span.path) ? { signal: "suspicious" as const } : {}),
          evidence: [evidenceAt(inventory, span)],
        };
      }
    }
  },

  examples: () => ({
    fires: [
      {
        ...VENDORS,
        "/etc/systemd/system-preset/00-site.preset": "disable other.timer\nenable job.timer\n",
      },
      {
        ...VENDORS,
        "/usr/lib/systemd/system-preset/50-x.preset": "enable *\n",
        ...Object.fromEntries(
          [1, 2, 3, 4].map((number) => [`/usr/lib/systemd/system/more-${number}.service`, "[Service]\n"]),
        ),
      },
      { ...VENDORS, "/usr/lib/systemd/system-preset/50-x.preset": "enable job.timer\n" },
      {
        ...VENDORS,
        ...ACCOUNTS,
        ...dpkg([VENDOR_PRESET, "/usr/lib/systemd/user-preset/99-default.preset"]),
        "/home/alice/.config/systemd/user": { dir: true },
        "/usr/lib/systemd/user-preset/99-default.preset": "disable *\n",
        "/usr/lib/systemd/user/agent.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/user-preset/00-x.preset": "enable agent.timer\n",
      },
    ],
    finds: {
      1: [
        "context medium medium /etc/systemd/system-preset/00-site.preset:2: /etc/systemd/system-preset/00-site.preset switches on job.timer, which the packages' presets leave off",
      ],
      2: [
        "suspicious medium medium /usr/lib/systemd/system-preset/50-x.preset:1: /usr/lib/systemd/system-preset/50-x.preset switches on job.timer, more-1.service, more-2.service, more-3.service, more-4.service and 1 more, which the packages' presets leave off",
      ],
      3: [
        "suspicious medium medium /usr/lib/systemd/system-preset/50-x.preset:1: /usr/lib/systemd/system-preset/50-x.preset switches on job.timer, which the packages' presets leave off",
      ],
      4: [
        "context medium medium /etc/systemd/user-preset/00-x.preset:1: /etc/systemd/user-preset/00-x.preset switches on agent.timer, which the packages' presets leave off",
      ],
    },
    quiet: [
      VENDORS,
      {
        ...VENDORS,
        "/etc/systemd/system-preset/00-site.preset":
          "disable job.timer\nenable vendor.timer\nenable gone.timer\n",
      },
      { ...VENDORS, "/etc/systemd/system-preset/99-z.preset": "enable job.timer\n" },
      {
        ...VENDORS,
        ...dpkg([VENDOR_PRESET, "/usr/lib/systemd/system-preset/50-x.preset"]),
        "/usr/lib/systemd/system-preset/50-x.preset": "enable job.timer\n",
      },
    ],
  }),
};
