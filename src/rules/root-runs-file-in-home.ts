import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceOf } from "./evidence.ts";
import { ACCOUNTS } from "./example-host.ts";
import type { Accusation, ActivationRule } from "./rule.ts";
import { homeOf } from "./shared-directory.ts";

/** A system timer runs, as root, a file that lies in someone's home. */
export const rootRunsFileInHome: ActivationRule = {
  id: "root-runs-file-in-home",
  subject: "activation",
  title: "Runs a file from somebody else's home",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["AC-3", "AC-6", "CM-5"],
  why: "The owner of a home decides what lies in it: whoever takes over that account, takes over root at the next elapse. System software does not live in homes.",
  benign: [
    "A script in /root or /root/bin that only root can reach (not accused: nobody weaker decides about it)",
    "Single-user machines where the owner of the home is the administrator",
  ],
  clears: "install the program in /usr/local with root as its owner",
  references: ["https://attack.mitre.org/techniques/T1053/006/", "man:file-hierarchy(7)"],

  *check({ scope, closure }, inventory) {
    if (scope !== "system") {
      yield* filesOfOthers(closure, scope, inventory);
      return;
    }
    const homes = inventory.accounts.all.filter(({ uid }) => uid !== 0).map(({ home }) => home);
    for (const file of closure.files) {
      if (!RUN.has(file.role) || file.runsAs !== "root") continue;
      const home = [file.path, file.realPath ?? ""]
        .map((path) => homeOf(path, homes))
        .find((found) => found !== null && found !== "/root");
      if (home === undefined) continue;
      yield {
        says: `root runs ${file.path}, which lies in the home ${home}`,
        evidence: [evidenceOf(inventory, file, `in the home ${home}`)],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        ...ACCOUNTS,
        "/etc/passwd":
          "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n",
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.service": "[Service]\nExecStart=/home/bob/bin/job\n",
        "/home/bob/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1001 },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/home/alice/bin/job\n",
        "/home/alice/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000 },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/srv/alice:/bin/bash\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/local/bin/job\n",
        "/usr/local/bin/job": { link: "/srv/alice/bin/job" },
        "/srv/alice/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000 },
      },
      {
        "/etc/passwd":
          "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n",
        "/home/bob/.config/systemd/user/b.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/bob/.config/systemd/user/b.service": "[Service]\nExecStart=/home/alice/bin/job\n",
        "/home/alice/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000 },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service":
          "[Service]\nType=oneshot\nExecStart=/usr/bin/sudo -u alice /home/alice/bin/job\nExecStart=/home/alice/bin/job\n",
        "/home/alice/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000 },
      },
    ],
    finds: {
      1: [
        "suspicious medium medium /home/alice/.config/systemd/user/a.service:2: alice runs /home/bob/bin/job, which lies in the home /home/bob of somebody else",
      ],
      4: [
        "suspicious medium medium /home/bob/.config/systemd/user/b.service:2: bob runs /home/alice/bin/job, which lies in the home /home/alice of somebody else",
      ],
    },
    quiet: [
      ...[
        "runuser -u alice -- /home/alice/bin/job",
        "su - alice -c /home/alice/bin/job",
        "sudo -u alice /home/alice/bin/job",
        "setpriv --reuid=alice --clear-groups /home/alice/bin/job",
        "gosu alice:users /home/alice/bin/job",
      ].map((command) => ({
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": `[Service]\nExecStart=/usr/bin/${command}\n`,
        "/home/alice/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000 },
      })),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.service": "[Service]\nExecStart=/home/alice/bin/job\n",
        "/home/alice/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000 },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nUser=alice\nExecStart=/home/alice/bin/job\n",
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/root/bin/job\n",
        "/root/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755 },
      },
      {
        "/etc/passwd": "root:x:0:0::/srv/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/srv/root/bin/job\n",
        "/etc/systemd/system/a.service.d/x.conf": { link: "/home/alice/x.conf" },
        "/home/alice/x.conf": "[Service]\nNice=1\n",
        "/srv/root/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755 },
        "/etc/systemd/user/b.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/user/b.service": "[Service]\nExecStart=/home/alice/bin/job\n",
        "/home/alice/bin/job": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000 },
      },
      {
        "/etc/passwd":
          "root:x:0:0::/root:/bin/sh\nsvc:x:500:500::/home/svc:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/sh\napp:x:1002:1002::/opt/app:/bin/sh\nanyone:x:65534:65534::/home/anyone:/bin/sh\n",
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.service":
          "[Service]\nType=oneshot\nExecStart=/home/svc/job\nExecStart=/home/anyone/job\nExecStart=/opt/app/job\n",
        "/home/alice/.config/systemd/user/a.service.d/x.conf": { link: "/home/bob/x.conf" },
        "/home/bob/x.conf": "[Service]\nNice=1\n",
      },
    ],
  }),
};

/** A user's timer that lies in, or runs what lies in, another person's home: that person decides about it. */
function* filesOfOthers(
  { files }: Activation["closure"],
  scope: string,
  inventory: Inventory,
): Generator<Accusation> {
  const name = scope.replace(/^user:/, "");
  const people = inventory.accounts.all.filter(({ uid }) => uid >= 1000 && uid < 65_000);
  const own = people.find((account) => account.name === name)?.home;
  if (own === undefined) return;
  const homes = people.map(({ home }) => home).filter((home) => home !== own);
  for (const file of files) {
    if (!RUN.has(file.role)) continue;
    const real = file.realPath ?? file.path;
    const home = homes.find((each) => real.startsWith(`${each}/`) && /^\/home\//.test(each));
    if (home === undefined) continue;
    yield {
      says: `${name} runs ${file.path}, which lies in the home ${home} of somebody else`,
      severity: "medium",
      evidence: [evidenceOf(inventory, file, `in the home ${home}`)],
    };
  }
}

const RUN: ReadonlySet<string> = new Set(["program", "script", "library", "environment-file", "fragment"]);
