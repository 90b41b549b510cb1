import { weakerThan } from "../accounts/principal.ts";
import { writersOf } from "../accounts/writers.ts";
import { ACCOUNTS, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** A shell expands `*` in a directory where somebody weaker may make files, for a program with dangerous options. */
export const wildcardInWeakerDirectory: ActivationRule = {
  id: "wildcard-in-weaker-directory",
  subject: "activation",
  title: "Expands * where someone weaker may make files",
  severity: "medium",
  confidence: "high",
  signal: "weakness",
  family: "permissions",
  depth: "regular",
  techniques: ["T1053.006", "T1053.003", "T1574"],
  controls: ["AC-6", "CM-5", "SI-10"],
  why: "A file called --checkpoint-action=exec=sh x is an option to tar once the shell has put its name there. Whoever may make files in the directory runs what they like as the timer's account.",
  benign: ["Directories whose owner is trusted as much as the account that runs the job"],
  clears: "write ./* or put -- before the wildcard",
  references: ["https://attack.mitre.org/techniques/T1574/", "man:tar(1)"],

  *check(activation, inventory) {
    const { host, accounts } = inventory;
    for (const { behaviour, command } of behavioursOfKind(activation, new Set(["expands-names"]))) {
      if (isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      const runsAs = { name: command.runsAs, uid: accounts.byName.get(command.runsAs)?.uid ?? -1 };
      const { principals } = writersOf(host, accounts, behaviour.detail.path ?? "/");
      const weaker = principals.find((principal) => weakerThan(principal, runsAs, accounts));
      if (weaker === undefined) continue;
      const who = weaker.kind === "everyone" ? "any local user" : `${weaker.kind} ${weaker.name}`;
      yield accuse(behaviour, inventory, { says: `${behaviour.says} There ${who} may make files` });
    }
  },

  examples: () => ({
    fires: [
      {
        ...timed("ExecStart=/bin/sh -c 'cd /home/alice/data && tar czf /root/b.tgz *'", ACCOUNTS),
        "/home/alice": { dir: true, uid: 1000, gid: 1000, mode: 0o755 },
        "/home/alice/data": { dir: true, uid: 1000, gid: 1000, mode: 0o755 },
      },
      {
        ...timed("WorkingDirectory=/srv/in\nExecStart=/bin/sh -c 'chown app: *.csv'", ACCOUNTS),
        "/srv/in": { dir: true, mode: 0o777 },
      },
    ],
    finds: {
      1: [
        "weakness medium high /etc/systemd/system/job.service:3: tar takes the names of all files in /home/alice/data for its words, --checkpoint-action=exec=… among them. There user alice may make files",
      ],
      2: [
        "weakness medium high /etc/systemd/system/job.service:4: chown takes the names of all files in /srv/in for its words, --reference=… among them. There any local user may make files",
      ],
    },
    quiet: [
      {
        ...timed("ExecStart=/bin/sh -c 'cd /home/alice/data && tar czf /root/b.tgz ./*'", ACCOUNTS),
        "/home/alice/data": { dir: true, uid: 1000, gid: 1000, mode: 0o755 },
      },
      {
        ...timed("ExecStart=/bin/sh -c 'cd /home/alice/data && tar czf /root/b.tgz -- *'", ACCOUNTS),
        "/home/alice/data": { dir: true, uid: 1000, gid: 1000, mode: 0o755 },
      },
      {
        ...timed("ExecStart=/bin/sh -c 'cd /home/alice/data && tar czf /root/b.tgz \"*\"'", ACCOUNTS),
        "/home/alice/data": { dir: true, uid: 1000, gid: 1000, mode: 0o755 },
      },
      {
        ...timed("ExecStart=/bin/sh -c 'cd /srv/kept && tar czf /root/b.tgz *'", ACCOUNTS),
        "/srv/kept": { dir: true, mode: 0o755 },
      },
      {
        ...timed("User=alice\nExecStart=/bin/sh -c 'cd /home/alice && tar czf b.tgz *'", ACCOUNTS),
        "/home/alice": { dir: true, uid: 1000, gid: 1000, mode: 0o755 },
      },
      {
        ...shipped("vendor", "ExecStart=/bin/sh -c 'cd /srv/in && tar czf /root/b.tgz *'"),
        "/srv/in": { dir: true, mode: 0o777 },
      },
      {
        ...timed("ExecStart=/bin/sh -c 'cd /home/alice && ls *'", ACCOUNTS),
        "/home/alice": { dir: true, uid: 1000, gid: 1000, mode: 0o755 },
      },
    ],
  }),
};
