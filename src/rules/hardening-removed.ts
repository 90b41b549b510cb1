import type { Closure } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { LoadedUnit } from "../manager/manager.ts";
import { exposureOf } from "../units/exposure.ts";
import type { Unit } from "../units/unit.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import { asShipped } from "./overrides.ts";
import type { ActivationRule, Evidence, Tree } from "./rule.ts";
import { isStray, strayCode } from "./standing.ts";

/** As whom and with what rights a service runs; the rest narrows what it sees, and is in the way of honest work at times. */
const RIGHTS = /^(User=|NoNewPrivileges=|CapabilityBoundingSet=|AmbientCapabilities=)/;
/** Of systemd's weights: half of NoNewPrivileges=, ProtectHome= or ProtectSystem=; less is a matter of taste. */
const NOTABLE = 500;

const PROGRAM = "ExecStart=/usr/bin/vendor";
const BOXED = `User=daemon\nNoNewPrivileges=yes\nCapabilityBoundingSet=CAP_KILL\n${PROGRAM}`;
const HARDENING = "/usr/lib/systemd/system/vendor.service.d/50-hardening.conf";
/** The package's own drop-in, and a mask of it. */
const MASKED_DROP_IN: Tree = {
  [HARDENING]: "[Service]\nProtectSystem=strict\nProtectHome=yes\n",
  "/etc/systemd/system/vendor.service.d/50-hardening.conf": { link: "/dev/null" },
};

/** A drop-in or copy of nobody's package takes away what a packaged service confines itself with. */
export const hardeningRemoved: ActivationRule = {
  id: "hardening-removed",
  subject: "activation",
  title: "The confinement of a package's service was taken away",
  severity: "low",
  confidence: "high",
  signal: "weakness",
  family: "permissions",
  depth: "regular",
  techniques: ["T1562.001", "T1543.002"],
  controls: ["AC-6", "CM-6", "CM-7"],
  why: "A package's service runs as its own account, cannot gain privileges and does not see homes, until a file above it says otherwise: User= emptied, NoNewPrivileges=no, or a link to /dev/null that hides the package's own drop-in. Alone it is an open door; where the service also runs a program nobody answers for, somebody made room for it.",
  benign: [
    "Workarounds for a service that must reach a home or a device (only context)",
    "Drop-ins that confine a service further, or otherwise (not accused)",
  ],
  clears: "restore the settings, or grant only the path or capability that the service needs",
  references: ["man:systemd.exec(5)", "man:systemd.unit(5)", "man:systemd-analyze(1) security"],

  *check({ closure }, inventory) {
    const strangers = strayCode(closure, inventory);
    for (const { loaded } of closure.units) {
      const foreign = foreignPaths(loaded, closure, inventory);
      const shipped = foreign.length === 0 ? null : asShipped(loaded, inventory);
      if (shipped === null) continue;
      const lost = lostFrom(shipped, loaded.unit);
      if (lost.length === 0) continue;
      const stranger = strangers.find(({ unit }) => unit === loaded.primaryId);
      const evidence = evidenceFor(loaded, foreign, lost, inventory);
      const isSaid = evidence.every(({ span }) => span.line > 0);
      const settings = [...new Set(lost.map((name) => name.replace(/=~.*/, "=")))].join(", ");
      yield {
        says: `${loaded.name} is no longer confined as its package ships it (${settings})${stranger === undefined ? "" : `, and runs ${stranger.path}`}`,
        evidence,
        ...(stranger !== undefined
          ? { signal: "suspicious" as const, severity: "high" as const }
          : isSaid && !lost.some((name) => RIGHTS.test(name))
            ? { signal: "context" as const }
            : {}),
      };
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", BOXED, {
        "/etc/systemd/system/vendor.service.d/a.conf": "[Service]\nNice=5\nUser=\n",
        "/etc/systemd/system/vendor.timer.d/a.conf": "[Unit]\nWants=other.service\n",
        "/etc/systemd/system/other.service": "[Service]\nExecStart=/usr/local/sbin/x\n",
        "/usr/local/sbin/x": script(),
      }),
      shipped("vendor", BOXED, {
        "/etc/systemd/system/vendor.service.d/a.conf":
          "[Service]\nNoNewPrivileges=no\nCapabilityBoundingSet=\nCapabilityBoundingSet=~\nExecStartPre=/usr/local/sbin/x\n",
        "/usr/local/sbin/x": script(),
      }),
      shipped("vendor", BOXED, { "/etc/systemd/system/vendor.service": `[Service]\n${PROGRAM}\n` }),
      shipped("vendor", PROGRAM, MASKED_DROP_IN, "OnCalendar=daily", [HARDENING]),
      shipped("vendor", `NoNewPrivileges=yes\n${PROGRAM}`, {
        "/etc/systemd/system/vendor.service.d/a.conf": `[Service]\n${PROGRAM} --other\n`,
        "/etc/systemd/system/vendor.service.d/b.conf": "[Service]\nNoNewPrivileges=no\n",
      }),
      shipped("vendor", `ProtectHome=yes\n${PROGRAM}`, {
        "/etc/systemd/system/vendor.service.d/a.conf": "[Service]\nProtectHome=no\n",
      }),
    ],
    finds: {
      1: [
        "weakness low high /etc/systemd/system/vendor.service.d/a.conf:3: vendor.service is no longer confined as its package ships it (User=/DynamicUser=)",
      ],
      2: [
        "suspicious high high /etc/systemd/system/vendor.service.d/a.conf:2: vendor.service is no longer confined as its package ships it (CapabilityBoundingSet=, NoNewPrivileges=), and runs /usr/local/sbin/x",
      ],
      3: [
        "weakness low high /etc/systemd/system/vendor.service:0: vendor.service is no longer confined as its package ships it (User=/DynamicUser=, CapabilityBoundingSet=, NoNewPrivileges=)",
      ],
      4: [
        "weakness low high /etc/systemd/system/vendor.service.d/50-hardening.conf:0: vendor.service is no longer confined as its package ships it (ProtectHome=, ProtectSystem=)",
      ],
      5: [
        "weakness low high /etc/systemd/system/vendor.service.d/b.conf:2: vendor.service is no longer confined as its package ships it (NoNewPrivileges=)",
      ],
      6: [
        "context low high /etc/systemd/system/vendor.service.d/a.conf:2: vendor.service is no longer confined as its package ships it (ProtectHome=)",
      ],
    },
    quiet: [
      timed("User=daemon\nExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.service.d/a.conf": "[Service]\nUser=\n",
      }),
      shipped("vendor", BOXED, {
        "/etc/systemd/system/vendor.service.d/a.conf":
          "[Service]\nUMask=0000\nSupplementaryGroups=adm\nProtectSystem=strict\n",
      }),
      shipped("vendor", BOXED, {
        "/etc/systemd/system/vendor.service": { link: "/opt/vendor/units/vendor.service" },
        "/opt/vendor/units/vendor.service": `[Service]\n${PROGRAM}\n`,
      }),
    ],
  }),
};

/** Files of nobody's package that decide about the unit, whatever is in them. */
function foreignPaths(
  { path, dropIns }: LoadedUnit,
  { files }: Closure,
  inventory: Inventory,
): readonly string[] {
  return [...(path === null ? [] : [path]), ...dropIns.map((dropIn) => dropIn.path)].filter((each) =>
    isStray(
      files.find((file) => file.path === each) ?? {
        path: each,
        provenance: inventory.provenanceOf(each),
      },
      inventory,
    ),
  );
}

/** What systemd's measure of exposure counts for more than before, by its names: `User=/DynamicUser=`. */
function lostFrom(shipped: Unit, unit: Unit): readonly string[] {
  const before = new Map(exposureOf(shipped).parts.map(({ name, badness }) => [name, badness]));
  return exposureOf(unit).parts.flatMap(({ name, badness, range, weight }) =>
    ((badness - (before.get(name) ?? 0)) * weight) / range >= NOTABLE ? [name] : [],
  );
}

/** The lines about it; without any, the files that stand above the package's own. */
function evidenceFor(
  { unit }: LoadedUnit,
  foreign: readonly string[],
  lost: readonly string[],
  inventory: Inventory,
): readonly Evidence[] {
  const keys = new Set(lost.flatMap((name) => [...name.matchAll(/(\w+)=/g)].map(([, key]) => key)));
  const lines = unit.history.filter(
    ({ setting: { key, span } }) => keys.has(key) && foreign.includes(span.path),
  );
  return lines.length === 0
    ? foreign.map((path) => evidenceOfFile(path, "stands above the package's own"))
    : lines.map(({ setting }) => evidenceAt(inventory, setting.span));
}
