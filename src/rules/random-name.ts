import { evidenceOfFile } from "./evidence.ts";
import { shipped } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { isOwnStray, stemOf } from "./subject.ts";

/** Digits of a hash; letters and digits in turns, as no version or number is written; or no vowel to say it by. */
const RANDOM =
  /^(?=.*\d)(?=.*[a-f])[\da-f]{6,}$|^(?=.{6})[a-z]*(?:\d+[a-z]+){2,}\d*$|^(?=.{6})[a-z]+(?:\d+[a-z]+)+\d+$|^[b-df-hj-np-tv-xz]{6,}$/i;

/** The name of a timer ends in characters drawn by chance. */
export const randomName: ActivationRule = {
  id: "random-name",
  subject: "activation",
  title: "The name ends in characters drawn by chance",
  severity: "low",
  confidence: "low",
  signal: "context",
  family: "masquerading",
  depth: "regular",
  techniques: ["T1036.004", "T1053.006"],
  controls: ["CM-8", "SI-4"],
  why: "Droppers take an everyday word and add random characters, so that no two hosts show the same unit and no list of names finds it. Alone it says little; it strengthens what else is found.",
  benign: [
    "Timers that a CI server or a deployment makes, one for each build",
    "Transient timers, whose names systemd-run draws (not accused)",
  ],
  clears: "give the unit a name that says what it does",
  references: ["https://attack.mitre.org/techniques/T1036/004/", "man:systemd.unit(5)"],

  *check(activation, inventory) {
    if (activation.kind !== "timer" || !isOwnStray(activation, inventory)) return;
    const { path } = activation.record.loaded;
    if (path === null || /\/(transient|generator[^/]*)\//.test(path)) return;
    const suffix = /[-_.@]([^-_.@]+)$/.exec(stemOf(activation.unit))?.[1] ?? "";
    if (!RANDOM.test(suffix)) return;
    yield {
      says: `${activation.unit} ends in ${suffix}, which no one would choose`,
      evidence: [evidenceOfFile(path)],
    };
  },

  examples: () => ({
    fires: [named("update-3f9c2a"), named("health_x7k2qp9"), named("cache.xkqzvt"), named("sync@b7d41c")],
    finds: {
      1: [
        "context low low /etc/systemd/system/update-3f9c2a.timer:0: update-3f9c2a.timer ends in 3f9c2a, which no one would choose",
      ],
    },
    quiet: [
      named("backup"),
      named("3f9c2a"),
      named("backup-20240101"),
      named("backup-facade"),
      named("backup-web01"),
      named("nightly-e2scrub"),
      named("check-sha256"),
      shipped("vendor-3f9c2a", "ExecStart=/usr/bin/true"),
      named("run-r3f9c2a", "/run/systemd/transient"),
      { "/etc/systemd/system/timers.target.wants/gone-3f9c2a.timer": { link: "../gone-3f9c2a.timer" } },
      { "/etc/cron.d/job-3f9c2a": "* * * * * root /usr/bin/true\n" },
    ],
  }),
};

function named(name: string, directory = "/etc/systemd/system"): Tree {
  return {
    [`${directory}/${name}.timer`]: "[Timer]\nOnCalendar=daily\n",
    [`${directory}/${name}.service`]: "[Service]\nExecStart=/usr/bin/true\n",
  };
}
