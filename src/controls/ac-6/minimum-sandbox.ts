import { parseBoolean } from "../../syntax/boolean.ts";
import { type Unit, value } from "../../units/unit.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { localServices } from "../local-services.ts";
import { conclude, type Point } from "../outcome.ts";

const BOXED = "NoNewPrivileges=yes\nProtectSystem=strict\nPrivateTmp=yes\nExecStart=/usr/local/bin/job\n";

/** Three settings nearly every job can live with. */
export const minimumSandbox: Check = {
  id: "ac6-03-minimum-sandbox",
  title: "Services of local timers have a minimum of sandbox",
  control: "AC-6",
  severity: "low",
  objectives: ["ac-6_obj"],
  reads: ["/etc/systemd/system/**", "/run/systemd/**", "/usr/local/lib/systemd/**"],
  needs: [],
  why: "NoNewPrivileges=, ProtectSystem= and PrivateTmp= cost a job nothing and take from whoever takes it over the ways to stay.",
  remediation: "add NoNewPrivileges=yes, ProtectSystem=full and PrivateTmp=yes in a drop-in",
  falseResults: ["Programs that must write system paths cannot take ProtectSystem=strict"],
  references: ["man:systemd.exec(5)"],

  run(subject) {
    const { services, doubts } = localServices(subject);
    const faults = services.flatMap(({ loaded, service }): readonly Point[] => {
      const missing = service.dynamicUser ? [] : missingIn(loaded.unit);
      const evidence = [ofPath(subject, loaded.path ?? loaded.name, missing.join(" "))];
      return missing.length === 0 ? [] : [{ says: `${loaded.name} lacks ${missing.join(", ")}`, evidence }];
    });
    return conclude({
      faults,
      doubts,
      looked: services.map(({ loaded }) => ofPath(subject, loaded.path ?? loaded.name)),
      holds: `all ${services.length} services of local timers have the minimum of sandbox`,
      nothing: "there is no local timer of the system",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...localTimer(BOXED) } },
      { files: { ...ACCOUNTS, ...localTimer("DynamicUser=yes\nExecStart=/usr/local/bin/job\n") } },
    ],
    fail: [{ files: { ...ACCOUNTS, ...localTimer("PrivateTmp=yes\nExecStart=/usr/local/bin/job\n") } }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...localTimer(BOXED) }, "/etc/systemd/system/job.service") },
    ],
  }),
};

function missingIn(unit: Unit): readonly string[] {
  const isOn = (key: string): boolean => parseBoolean(value(unit, "Service", key)?.value ?? "no") === true;
  const system = value(unit, "Service", "ProtectSystem")?.value ?? "no";
  return [
    ...(isOn("NoNewPrivileges") ? [] : ["NoNewPrivileges="]),
    ...(system === "full" || system === "strict" ? [] : ["ProtectSystem=full"]),
    ...(isOn("PrivateTmp") || value(unit, "Service", "PrivateTmp")?.value === "disconnected"
      ? []
      : ["PrivateTmp="]),
  ];
}
