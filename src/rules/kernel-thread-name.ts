import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isStray } from "./standing.ts";
import { accuse, baseName, behavioursOfKind, commandsNamed, isPackagedPlace, stemOf } from "./subject.ts";
import { isKernelThreadName } from "./vendor-name.ts";

/** A bracketed name may hold a slash, as [kworker/0:1] does. */
const BRACKETS = /\[[^\]]+\]$/;

/** A unit or program is called like a thread of the kernel. */
export const kernelThreadName: ActivationRule = {
  id: "kernel-thread-name",
  subject: "activation",
  title: "Bears the name of a kernel thread",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "masquerading",
  depth: "regular",
  techniques: ["T1036.004", "T1036.005", "T1053.006"],
  controls: ["SI-4", "CM-5"],
  why: "In a process list [kworker/0:1] is the kernel itself and nobody looks twice. Kernel threads have no program file and no unit.",
  benign: ["None known among units; packages' irqbalance and watchdog have other names"],
  clears: "rename the unit and the program after what they do",
  references: ["https://attack.mitre.org/techniques/T1036/004/"],

  *check(activation, inventory) {
    for (const { exec } of commandsNamed(activation)) {
      const shown = [exec.path, exec.argv[0] ?? ""].flatMap((path) => [
        BRACKETS.exec(path)?.[0] ?? "",
        baseName(path),
      ]);
      const name = shown.find((each) => isKernelThreadName(each));
      if (name === undefined || isPackagedPlace(exec.span.path, activation, inventory)) continue;
      yield {
        says: `its program shows as ${name}, a kernel thread's name`,
        evidence: [evidenceAt(inventory, exec.span)],
      };
    }
    for (const { followed } of activation.closure.commands)
      for (const { name, span, depth } of followed.reached) {
        if (depth === 0 || !isKernelThreadName(baseName(name))) continue;
        if (isPackagedPlace(span.path, activation, inventory)) continue;
        yield {
          says: `it runs ${name}, which shows as a kernel thread`,
          evidence: [evidenceAt(inventory, span)],
        };
      }
    for (const { behaviour } of behavioursOfKind(activation, new Set(["disguises-process"])))
      if (behaviour.detail.path !== undefined || isKernelThreadName(behaviour.detail.program ?? ""))
        yield accuse(behaviour, inventory, { confidence: "high" });
    if (activation.kind === "job") return;
    const { loaded } = activation.record;
    const file = fragmentOf(activation.closure, loaded.primaryId);
    if (file === null || !isStray(file, inventory) || !isKernelThreadName(stemOf(loaded.name))) return;
    yield { says: `${loaded.name} bears the name of a kernel thread`, evidence: [evidenceOfFile(file.path)] };
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/kswapd0"),
      timed("ExecStart=@/usr/local/bin/x [kswapd0]"),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script("nohup /usr/bin/kthreadd -c /etc/k &"),
      }),
      timed("ExecStart=/bin/bash -c 'exec -a [kworker/0:1] /usr/local/bin/x'"),
      timed("ExecStart=/bin/sh -c 'mount --bind /var/empty /proc/1234'"),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/kworker.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high high /etc/systemd/system/job.service:3: its program shows as kswapd0, a kernel thread's name",
      ],
      3: [
        "suspicious high high /usr/local/bin/x:2: it runs /usr/bin/kthreadd, which shows as a kernel thread",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/migration", {
        "/etc/systemd/system/migration-db.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script("/usr/local/bin/backup\npgrep kthreadd"),
      }),
      shipped("vendor", "ExecStart=/usr/bin/x", { "/usr/bin/x": script("/usr/bin/kthreadd") }, undefined, [
        "/usr/bin/x",
      ]),
      timed("ExecStart=/usr/bin/[ -e /srv/x ]"),
      timed("ExecStart=/bin/bash -c 'exec -a backup-nightly /usr/local/bin/x'"),
      shipped("kexec-load", "ExecStart=/usr/sbin/kexec -l"),
      shipped("vendor", "ExecStart=/usr/sbin/kswapd0"),
      shipped("kswapd0", "ExecStart=/usr/bin/true"),
    ],
  }),
};
