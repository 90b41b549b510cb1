import { type Principal, weakerThan } from "../accounts/principal.ts";
import type { Activation } from "../inventory/activation.ts";
import type { ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceOf } from "./evidence.ts";
import { ACCOUNTS, dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";

const QUEUE = "ELF queue";
/** A vendor's job that runs a program of the package, whose content is what was shipped. */
const SHIPPED_QUEUE: Tree = {
  ...ACCOUNTS,
  ...shipped("vendor", "ExecStart=/usr/bin/queue"),
  ...dpkg(
    ["/usr/lib/systemd/system/vendor.timer", "/usr/lib/systemd/system/vendor.service", "/usr/bin/queue"],
    "3e9ad0f4c283a82ab8dacc5be82c2661  usr/bin/queue\n",
  ),
};

/** Some file that decides what runs can be changed by an account that is not the one it runs as, nor root. */
export const writableByWeakerAccount: ActivationRule = {
  id: "writable-by-weaker-account",
  subject: "activation",
  title: "What it runs can be changed by someone weaker than the account it runs as",
  severity: "high",
  confidence: "high",
  signal: "weakness",
  family: "permissions",
  depth: "regular",
  techniques: ["T1053.006", "T1574.010", "T1543.002"],
  controls: ["AC-3", "AC-6", "CM-5", "AC-5"],
  why: "Anyone who can change the file, or replace it in its directory, runs what they like as the timer's account at the next elapse. It is an open door rather than an intruder, and the usual way from a service account to root.",
  benign: [
    "A deployment account that is trusted as much as root",
    "Directories of an application that its own account may update while root runs its maintenance job",
  ],
  clears:
    "give the file and every directory above it to root (or to the account it runs as) and take write permission from group and others",
  references: ["https://attack.mitre.org/techniques/T1574/010/"],

  *check(activation, inventory) {
    const { closure } = activation;
    const said = new Set<string>();
    for (const file of closure.files) {
      if (file.realPath === "/dev/null") continue;
      const weaker = weakest(file, activation, inventory);
      if (weaker === null) continue;
      const cause = `${weaker.because.path} ${weaker.kind} ${weaker.name}`;
      if (said.has(cause)) continue;
      said.add(cause);
      yield {
        says: `${nameOf(weaker)} can change ${file.path}, which runs as ${file.runsAs}: ${because(weaker)}`,
        severity: isOwnedOnPurpose(file, weaker) ? "medium" : "high",
        evidence: [evidenceOf(inventory, file, because(weaker))],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/local/bin/x.sh\n",
        "/usr/local/bin/x.sh": { content: "#!/bin/sh\ntrue\n", mode: 0o777 },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\napp:x:1001:1001::/opt/app:/bin/sh\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/opt/app/bin/run\n",
        "/opt/app": { dir: true, uid: 1001, gid: 1001, mode: 0o755 },
        "/opt/app/bin/run": { content: "#!/bin/sh\ntrue\n", mode: 0o755 },
      },
      {
        ...ACCOUNTS,
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service":
          "[Service]\nType=oneshot\nExecStart=/opt/app/run\nExecStart=/opt/app/again\n",
        "/opt/app": { dir: true, uid: 1001, gid: 1001, mode: 0o755 },
        "/opt/app/run": script(),
        "/opt/app/again": script(),
      },
      { ...SHIPPED_QUEUE, "/usr/bin/queue": { content: QUEUE, mode: 0o4755, uid: 1001 } },
      { ...SHIPPED_QUEUE, "/usr/bin/queue": { content: QUEUE, mode: 0o755, uid: 1001 } },
      { ...SHIPPED_QUEUE, "/usr/bin/queue": { content: QUEUE, mode: 0o4777 } },
      {
        ...timed("ExecStart=/usr/bin/queue", ACCOUNTS),
        "/usr/bin/queue": { content: QUEUE, mode: 0o4755, uid: 1001 },
      },
    ],
    finds: {
      4: [
        "weakness medium high /usr/lib/systemd/system/vendor.service:6: user app can change /usr/bin/queue, which runs as root: /usr/bin/queue is 4755 1001:0 (owns)",
      ],
      5: [
        "weakness high high /usr/lib/systemd/system/vendor.service:6: user app can change /usr/bin/queue, which runs as root: /usr/bin/queue is 0755 1001:0 (owns)",
      ],
      6: [
        "weakness high high /usr/lib/systemd/system/vendor.service:6: any local user can change /usr/bin/queue, which runs as root: /usr/bin/queue is 4777 0:0 (world-writable)",
      ],
      7: [
        "weakness high high /etc/systemd/system/job.service:3: user app can change /usr/bin/queue, which runs as root: /usr/bin/queue is 4755 1001:0 (owns)",
      ],
      1: [
        "weakness high high /etc/systemd/system/a.service:2: any local user can change /usr/local/bin/x.sh, which runs as root: /usr/local/bin/x.sh is 0777 0:0 (world-writable)",
      ],
      2: [
        "weakness high high /etc/systemd/system/a.service:2: user app can change /opt/app/bin/run, which runs as root: /opt/app is 0755 1001:1001 (owns)",
      ],
      3: [
        "weakness high high /etc/systemd/system/a.service:3: user app can change /opt/app/run, which runs as root: /opt/app is 0755 1001:1001 (owns)",
      ],
    },
    quiet: [
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\napp:x:1001:1001::/opt/app:/bin/sh\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nUser=app\nExecStart=/opt/app/run\n",
        "/opt/app": { dir: true, uid: 1001, gid: 1001, mode: 0o755 },
        "/opt/app/run": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1001 },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "/dev/null": { kind: "character-device", mode: 0o666 },
        "/etc/systemd/system/motd.timer": { link: "/dev/null" },
        "/etc/systemd/system/timers.target.wants/motd.timer": { link: "/etc/systemd/system/motd.timer" },
      },
    ],
  }),
};

/** A package's set-user-id program belongs to the account it turns into, as uucp's do: the package means it so. */
function isOwnedOnPurpose({ provenance }: ClosureFile, { how, because: { mode } }: Principal): boolean {
  return how === "owns" && (mode & 0o4000) !== 0 && provenance?.content === "matches";
}

/** The principal that matters most: everyone before a group before a user. */
function weakest(file: ClosureFile, activation: Activation, inventory: Inventory): Principal | null {
  const { accounts } = inventory;
  const scope = activation.kind === "timer" ? activation.record.manager.scope : null;
  // A home without an account still has an owner.
  const own = scope?.kind === "user" ? scope.uid : -1;
  const runsAs = { name: file.runsAs, uid: accounts.byName.get(file.runsAs)?.uid ?? own };
  const weaker = file.writers.principals.filter((principal) => weakerThan(principal, runsAs, accounts));
  const rank = { everyone: 0, group: 1, user: 2 } as const;
  return weaker.sort((a, b) => rank[a.kind] - rank[b.kind])[0] ?? null;
}

function nameOf({ kind, name }: Principal): string {
  return kind === "everyone" ? "any local user" : `${kind} ${name}`;
}

function because({ how, because: { path, mode, owner, group } }: Principal): string {
  return `${path} is ${mode.toString(8).padStart(4, "0")} ${owner}:${group} (${how})`;
}
