import type { LoadedUnit } from "../manager/manager.ts";
import type { Span } from "../syntax/span.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { dependenciesOf } from "../units/dependencies.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { fragmentOf, isPackaged, isStray, type Placed } from "./standing.ts";

const PULLS: ReadonlySet<string> = new Set(["Requires", "Wants", "BindsTo", "Upholds", "OnSuccess"]);

const EXTRA: Tree = {
  "/etc/systemd/system/extra.service": "[Service]\nExecStart=/usr/local/bin/x\n",
  "/usr/local/bin/x": script(),
};

/** A packaged timer and service with a drop-in, and the administrator's `extra.service`. */
function pulled(dropIn: string, files: Tree = {}): Tree {
  return shipped("vendor", "ExecStart=/usr/bin/true", {
    "/etc/systemd/system/vendor.service.d/x.conf": dropIn,
    ...EXTRA,
    ...files,
  });
}

/** A drop-in or link of nobody's package makes a packaged unit start another that nobody ships. */
export const packagedUnitPullsInUnpackaged: ActivationRule = {
  id: "packaged-unit-pulls-in-unpackaged",
  subject: "activation",
  title: "A package's job starts a unit that no package ships",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CM-3", "CM-5", "SI-7"],
  why: "One line, Wants= in a drop-in or a link in a .wants directory, lets the job everyone knows start another one; neither its schedule nor its command changes.",
  benign: [
    "A mail about failure by OnFailure= (not accused)",
    "Waiting for a mount or for the network (not accused: a package or a generator made them)",
    "Success reports by OnSuccess= (told as odd only)",
  ],
  clears: "give the second unit a timer of its own",
  references: ["man:systemd.unit(5)", "https://attack.mitre.org/techniques/T1543/002/"],

  *check(activation, inventory) {
    if (activation.kind === "job") return;
    const { closure, record } = activation;
    const said = new Set<string>();
    for (const { loaded } of closure.units) {
      const from = fragmentOf(closure, loaded.primaryId);
      if (from === null || !isPackaged(from, inventory)) continue;
      for (const { kind, unit, span } of pullsOf(loaded)) {
        if (said.has(unit) || isPackaged(placed(span.path), inventory)) continue;
        const { path } = record.manager.load(unit);
        if (path === null || !isStray(placed(path), inventory)) continue;
        said.add(unit);
        yield {
          says: `${span.path} makes ${loaded.name} of a package start ${unit}, which no package ships`,
          ...(kind === "OnSuccess" ? { signal: "odd" as const, severity: "medium" as const } : {}),
          evidence: [evidenceAt(inventory, span), evidenceOfFile(path)],
        };
      }
    }

    function placed(path: string): Placed {
      return { path, provenance: inventory.provenanceOf(path) };
    }
  },

  examples: () => ({
    fires: [
      pulled("[Unit]\nWants=extra.service\n", {
        "/etc/systemd/system/vendor.service.wants/extra.service": { link: "../extra.service" },
      }),
      pulled("[Unit]\nOnSuccess=extra.service\n"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.wants/extra.service": { link: "../extra.service" },
        ...EXTRA,
      }),
    ],
    finds: {
      1: [
        "suspicious high medium /etc/systemd/system/vendor.service.d/x.conf:2: /etc/systemd/system/vendor.service.d/x.conf makes vendor.service of a package start extra.service, which no package ships",
      ],
      2: [
        "odd medium medium /etc/systemd/system/vendor.service.d/x.conf:2: /etc/systemd/system/vendor.service.d/x.conf makes vendor.service of a package start extra.service, which no package ships",
      ],
      3: [
        "suspicious high medium /etc/systemd/system/vendor.service.wants/extra.service:0: /etc/systemd/system/vendor.service.wants/extra.service makes vendor.service of a package start extra.service, which no package ships",
      ],
    },
    quiet: [
      pulled("[Unit]\nOnFailure=extra.service\nWants=srv.mount\n", {
        "/etc/systemd/system/srv.mount": "[Mount]\nWhat=/dev/sdb1\nWhere=/srv\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true\n[Unit]\nWants=extra.service", EXTRA),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.service.d/x.conf": "[Unit]\nWants=extra.service\n",
        ...EXTRA,
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/true",
        {
          "/etc/systemd/system/vendor.service.d/x.conf": "[Unit]\nWants=second.service\n",
          "/usr/lib/systemd/system/second.service": "[Service]\nExecStart=/usr/bin/true\n",
        },
        "OnCalendar=daily",
        ["/usr/lib/systemd/system/second.service"],
      ),
    ],
  }),
};

const STARTED: ReadonlySet<string> = new Set(["service", "timer", "socket", "path"]);

interface Pull {
  readonly kind: string;
  readonly unit: string;
  readonly span: Span;
}

/** What a unit starts besides its own work, by settings and by links in its directories. */
function pullsOf({ unit, links }: LoadedUnit): readonly Pull[] {
  const settings = dependenciesOf(unit).found.filter(({ kind }) => PULLS.has(kind));
  const linked = links.flatMap(({ unit: name, dependency, path }) =>
    name === null ? [] : [{ kind: dependency, unit: name, span: { path, line: 0, column: 0, length: 0 } }],
  );
  return [...settings, ...linked].filter(({ unit: name }) => STARTED.has(parseUnitName(name)?.type ?? ""));
}
