/**
 * Our own mapping file: ways a systemd timer makes a host run something that ATT&CK's text on T1053.006 does not
 * speak of, each as a capability "this is looked at". Own judgement, in the same form as any operator's own file.
 *
 * Sources: ATT&CK 18.1 T1053.006 and analytic AN0645 for what they name; systemd.timer(5), systemd.unit(5),
 * systemd.generator(7), loginctl(1), systemd-run(1) for what they leave out.
 */
import { type MappingSet, storeOf } from "./mapping-set.ts";
import type { RawRow } from "./raw-row.ts";

const GROUPS: Readonly<Record<string, string>> = {
  unit: "What the timer starts",
  path: "Where unit files are read from",
  start: "What brings the timer up",
};

type Entry = readonly [id: string, title: string, group: string, comment: string];

const ENTRIES: readonly Entry[] = [
  [
    "timer.unit",
    "Unit= naming another unit",
    "unit",
    "ATT&CK says that each timer has a service of its own name. That is only the default: Unit= may name any unit but a timer, so a check by name misses it (systemd.timer(5)).",
  ],
  [
    "timer.template",
    "Instances of template units",
    "unit",
    "One template file serves any number of timers; the instance name travels into the command through specifiers (systemd.unit(5)).",
  ],
  [
    "service.dropin",
    "Drop-ins of a service or timer",
    "path",
    "A file in NAME.d/, TYPE.d/ or a dashed-prefix directory changes or adds commands while the packaged unit stays intact (systemd.unit(5)).",
  ],
  [
    "path.run",
    "Units under /run",
    "path",
    "/run/systemd/system takes precedence over /usr/lib and is gone after a restart; neither ATT&CK nor AN0645 names it (systemd.unit(5)).",
  ],
  [
    "path.local",
    "Units under /usr/local and in attached or control directories",
    "path",
    "/usr/local/lib/systemd, system.attached and system.control are on the search path too (systemd.unit(5)).",
  ],
  [
    "path.user",
    "User units in every place they are read from",
    "path",
    "The technique speaks of user timers, the analytic watches no user directory; /etc/systemd/user, /usr/lib/systemd/user, ~/.local/share and $XDG_RUNTIME_DIR count as well (systemd.unit(5)).",
  ],
  [
    "path.generator",
    "Units made by generators",
    "path",
    "A program in a generator directory writes units at each start and reload, before anything else runs (systemd.generator(7)).",
  ],
  [
    "start.transient",
    "Transient timers",
    "start",
    "systemd-run --on-calendar= makes a timer without a file on disk outside /run (systemd-run(1)).",
  ],
  [
    "start.linger",
    "Lingering users",
    "start",
    "With lingering a user's manager starts at boot, so user timers run without a login (loginctl(1)).",
  ],
  [
    "start.wants",
    "Links and dependencies that start a timer",
    "start",
    "A timer comes up through any .wants/, .requires/ or .upholds/ entry or another unit's dependency, enabled or not (systemd.unit(5)).",
  ],
  [
    "start.alias",
    "Aliases and masks",
    "start",
    "A link may give a timer an innocent second name or hide the vendor's one (systemd.unit(5)).",
  ],
];

const rowFor = ([id, title, group, comment]: Entry): RawRow => ({
  capability_id: id,
  capability_group: group,
  capability_description: title,
  mapping_type: "technique_scores",
  attack_object_id: "T1053.006",
  attack_object_name: "Systemd Timers",
  score_category: "detect",
  score_value: "partial",
  comments: comment,
  references: [],
  status: "complete",
});

/** Framework `timerwarden`, origin `own`: never counted among published rows. */
export const BEYOND_ATTACK: MappingSet = {
  metadata: {
    mapping_version: "1",
    attack_version: "18.1",
    technology_domain: "enterprise",
    creation_date: "11/23/2026",
    last_update: "11/23/2026",
    mapping_framework: "timerwarden",
    mapping_framework_version: "1",
    author: "Timerwarden",
    mapping_types: {
      technique_scores: {
        name: "technique_scores",
        description: "own judgement of what Timerwarden looks at",
      },
    },
    capability_groups: GROUPS,
  },
  origin: "own",
  file: "beyond-attack.json",
  complete: true,
  rows: storeOf("timerwarden", ENTRIES.map(rowFor)),
};
