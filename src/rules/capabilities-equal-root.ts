import { values } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { strayCode } from "./standing.ts";
import { servicesOf } from "./subject.ts";

/** With one of these an account is root in all but name (capabilities(7)). */
const ALMIGHTY =
  /\bCAP_(SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|SETUID|SETGID|DAC_OVERRIDE|SETFCAP|SETPCAP|CHOWN|FOWNER|BPF|MAC_ADMIN)\b/i;

/** An unprivileged account is handed capabilities that make it root, for a program nobody answers for. */
export const capabilitiesEqualRoot: ActivationRule = {
  id: "capabilities-equal-root",
  subject: "activation",
  title: "Gives an unprivileged account the power of root",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1548", "T1053.006"],
  controls: ["AC-6", "CM-7"],
  why: "User=nobody looks harmless. With CAP_SYS_ADMIN, CAP_SETUID or CAP_DAC_OVERRIDE among its ambient capabilities the program is root, and a look at the account does not tell.",
  benign: [
    "Backups with CAP_DAC_READ_SEARCH and servers with CAP_NET_BIND_SERVICE (not accused)",
    "Services of packages (not accused)",
  ],
  clears: "grant only the capability the program needs",
  references: ["man:capabilities(7)", "man:systemd.exec(5)"],

  *check({ closure, ...activation }, inventory) {
    for (const { unit, service } of servicesOf({ closure, ...activation })) {
      const { user, dynamicUser } = service;
      if ((user === null || user.text === "root" || user.text === "0") && !dynamicUser) continue;
      const setting = values(service.unit, "Service", "AmbientCapabilities").find(({ value }) =>
        ALMIGHTY.test(value),
      );
      if (setting === undefined) continue;
      const stray = strayCode(closure, inventory).find((file) => file.unit === unit.loaded.primaryId);
      if (stray === undefined) continue;
      yield {
        says: `${unit.name} runs ${stray.path} as ${user?.text ?? "a dynamic user"} with ${ALMIGHTY.exec(setting.value)?.[0] ?? "all"}, which is as good as root`,
        evidence: [evidenceAt(inventory, setting.span)],
      };
    }
  },

  examples: () => ({
    fires: [
      timed("User=app\nAmbientCapabilities=CAP_SETUID\nExecStart=/usr/local/lib/x", {
        ...ACCOUNTS,
        "/usr/local/lib/x": script(),
      }),
      timed("DynamicUser=yes\nAmbientCapabilities=CAP_SYS_ADMIN\nExecStart=/usr/local/lib/x", {
        "/usr/local/lib/x": script(),
      }),
    ],
    quiet: [
      ...["", "User=root\n", "User=0\n"].map((user) =>
        timed(`${user}AmbientCapabilities=CAP_SETUID\nExecStart=/usr/local/lib/x`, {
          "/usr/local/lib/x": script(),
        }),
      ),
      timed(
        "User=app\nAmbientCapabilities=CAP_SETUID\nExecStart=/usr/bin/true\n[Unit]\nWants=other.service",
        {
          ...ACCOUNTS,
          "/etc/systemd/system/other.service": "[Service]\nExecStart=/usr/local/lib/x\n",
          "/usr/local/lib/x": script(),
        },
      ),
      timed("User=app\nAmbientCapabilities=CAP_DAC_READ_SEARCH\nExecStart=/usr/local/lib/x", {
        ...ACCOUNTS,
        "/usr/local/lib/x": script(),
      }),
      shipped("vendor", "User=app\nAmbientCapabilities=CAP_SYS_ADMIN\nExecStart=/usr/bin/true"),
    ],
  }),
};
