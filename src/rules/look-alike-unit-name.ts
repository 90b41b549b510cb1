import type { Inventory } from "../inventory/inventory.ts";
import { scopeName } from "../manager/scope.ts";
import { parseUnitName } from "../syntax/unit-name.ts";
import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, dpkg, shipped, timed } from "./example-host.ts";
import type { HostAccusation, HostRule } from "./rule.ts";
import { standingOf } from "./standing.ts";
import { stemOf } from "./subject.ts";
import { appearance, isOneLetterOff, WELL_KNOWN_TIMERS } from "./vendor-name.ts";

/** Shorter names are one letter off from many a word. */
const MIN_LETTERS = 6;
const VENDOR = /^\/(usr\/)?lib\/systemd\//;

/** A unit of nobody's package is named almost like a packaged one. */
export const lookAlikeUnitName: HostRule = {
  id: "look-alike-unit-name",
  subject: "host",
  title: "Named almost like a unit of a package",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "masquerading",
  depth: "regular",
  techniques: ["T1036.005", "T1036.004", "T1053.006"],
  controls: ["CM-5", "CM-8", "SI-7"],
  why: "apt-dai1y, a doubled dash, a Cyrillic letter: the name is made to be read as the one everybody knows.",
  benign: [
    "Numbered copies such as backup2 (not accused)",
    "A misspelt override of an administrator, which does not do what it is meant to",
  ],
  clears: "rename the unit after what it does",
  references: ["https://attack.mitre.org/techniques/T1036/005/"],

  *check(inventory) {
    const known = new KnownNames(vendorNames(inventory));
    for (const { unit, scope, loaded, target } of inventory.timers) {
      const said = new Set<string>();
      for (const each of [loaded, target]) {
        if (each === null || each.path === null || each.state !== "loaded") continue;
        for (const name of each.names) {
          const stem = stemOf(name);
          const like = said.has(stem) ? null : known.alike(stem);
          if (like === null) continue;
          const { path, realPath } = each;
          const provenance = inventory.provenanceOf(realPath ?? path);
          if (standingOf({ path, realPath, provenance }, inventory) !== "unpackaged") continue;
          said.add(stem);
          yield {
            unit,
            scope,
            says: `${name} reads like ${like}, and is another unit`,
            evidence: [evidenceOfFile(path)],
          };
        }
      }
    }
    yield* refusedNames(inventory, known);
  },

  examples: () => ({
    fires: [
      shipped("apt-daily", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/apt--daily.timer": "[Timer]\nOnCalendar=daily\nUnit=apt-daily.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/logrotat\u0435.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/fstirm.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/fstrim.service.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/man-db\u200b.timer": "[Timer]\nOnCalendar=daily\n",
      }),
      shipped("vendor-job", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor--job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/vendor--job.service": "[Service]\nExecStart=/srv/x\n",
      }),
      {
        ...ACCOUNTS,
        "/etc/systemd/user/man-db\u200b.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      timed("ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/fstr\u0456m.timer": "[Timer]\nOnCalendar=daily\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high medium /etc/systemd/system/apt--daily.timer:0: apt--daily.timer reads like apt-daily, and is another unit",
      ],
      6: [
        "suspicious high medium /etc/systemd/system/vendor--job.timer:0: vendor--job.timer reads like vendor-job, and is another unit",
      ],
      7: [
        "suspicious high medium /etc/systemd/user/man-db\u200b.timer:0: /etc/systemd/user/man-db\u200b.timer reads like man-db, with a letter that systemd refuses in names",
      ],
    },
    quiet: [
      shipped("vendor-job", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor-job2.timer": "[Timer]\nOnCalendar=daily\nUnit=vendor-job.service\n",
        "/etc/systemd/system/vendor-job-extra.timer": "[Timer]\nOnCalendar=daily\nUnit=vendor-job.service\n",
        "/etc/systemd/system/report.service.timer": "[Timer]\nOnCalendar=daily\nUnit=vendor-job.service\n",
      }),
      shipped("vendor-job", "ExecStart=/usr/bin/true", {
        ...dpkg([
          "/usr/lib/systemd/system/vendor-job.timer",
          "/usr/lib/systemd/system/vendor-job.service",
          "/etc/systemd/system/vendor--job.timer",
          "/usr/lib/systemd/system/vendor_job.timer",
        ]),
        "/etc/systemd/system/vendor--job.timer": "[Timer]\nOnCalendar=daily\nUnit=vendor-job.service\n",
        "/usr/lib/systemd/system/vendor_job.timer": "[Timer]\nOnCalendar=daily\nUnit=vendor-job.service\n",
        "/etc/systemd/system/vendor-jobs-x.timer": { link: "/dev/null" },
      }),
      shipped("vendor-job", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor_job.timer": { link: "/dev/null" },
        "/etc/systemd/system/vendor_job.mount": "[Mount]\n",
        "/usr/lib/systemd/system/sharedatas.mount": "[Mount]\n",
        "/etc/systemd/system/sharedata.timer": "[Timer]\nOnCalendar=daily\nUnit=vendor-job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/sync.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/sinc.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
        "/etc/systemd/system/note\u200b.timer": "",
        "/etc/systemd/system/man-db\u200b.txt": "",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/fstrim.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
        "/etc/systemd/system/shado.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
        "/usr/lib/systemd/system/tool.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/t00l.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
        "/usr/lib/systemd/system/jobby.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/jobbys.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
        [`/usr/lib/systemd/system/${"v".repeat(129)}.timer`]: "[Timer]\nOnCalendar=daily\n",
        [`/etc/systemd/system/${"v".repeat(128)}x.timer`]: "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
    ],
  }),
};

/** Every unit name that has a file among the packages' own, and the timers distributions ship. */
function vendorNames(inventory: Inventory): ReadonlySet<string> {
  const names = new Set(WELL_KNOWN_TIMERS);
  for (const { directory, name } of unitFiles(inventory))
    if (VENDOR.test(`${directory}/`) && parseUnitName(name) !== null) names.add(stemOf(name));
  return names;
}

/** Files named as timers and services in the directories of all managers, each once, of the first that looks there. */
function* unitFiles({ managers }: Inventory): Generator<{
  readonly directory: string;
  readonly name: string;
  readonly scope: string;
}> {
  const seen = new Set<string>();
  for (const { searchPath, reader, scope } of managers)
    for (const { path: directory } of searchPath) {
      if (seen.has(directory)) continue;
      seen.add(directory);
      for (const { name } of reader.list(directory, "unit files in it") ?? [])
        if (/\.(timer|service)$/.test(name)) yield { directory, name, scope: scopeName(scope) };
    }
}

/** Names by what they look like and by what is left of them without one letter, so that a question costs its length. */
class KnownNames {
  readonly #names: ReadonlySet<string>;
  readonly #byAppearance = new Map<string, string>();
  readonly #byRest = new Map<string, string[]>();

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
    for (const name of names) {
      this.#byAppearance.set(appearance(name), name);
      for (const rest of restsOf(name)) {
        const same = this.#byRest.get(rest);
        if (same === undefined) this.#byRest.set(rest, [name]);
        else same.push(name);
      }
    }
  }

  /** The known name a reader would take this for; `null` when it is known itself, or like none. */
  alike(stem: string): string | null {
    if (this.#names.has(stem)) return null;
    // `fstrim.service.timer` reads as fstrim's in every list.
    const doubled = /^(.+)\.(?:service|timer|socket|path|target)$/.exec(stem)?.[1];
    if (doubled !== undefined && this.#names.has(doubled)) return doubled;
    const seen = this.#byAppearance.get(appearance(stem));
    if (seen !== undefined && seen.length >= MIN_LETTERS - 1) return seen;
    if (stem.length < MIN_LETTERS) return null;
    for (const rest of restsOf(stem))
      for (const name of this.#byRest.get(rest) ?? [])
        if (name.length >= MIN_LETTERS && isOneLetterOff(stem, name)) return name;
    return null;
  }
}

/** The name and it without each one of its letters: two names one step apart share one of them. */
function restsOf(name: string): readonly string[] {
  if (name.length > 128) return [];
  return [name, ...Array.from(name, (_, at) => name.slice(0, at) + name.slice(at + 1))];
}

/** Files systemd passes over for a letter no unit name may have, though people read a unit's name. */
function* refusedNames(inventory: Inventory, known: KnownNames): Generator<HostAccusation> {
  for (const { directory, name, scope } of unitFiles(inventory)) {
    if (parseUnitName(name) !== null) continue;
    const like = known.alike(stemOf(name));
    if (like === null) continue;
    const path = `${directory}/${name}`;
    yield {
      unit: name,
      scope,
      says: `${path} reads like ${like}, with a letter that systemd refuses in names`,
      evidence: [evidenceOfFile(path, "systemd does not load it under this name")],
    };
  }
}
