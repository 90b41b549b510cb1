/** What a change of which file means: every place that makes, alters, arms or delays a timer or another scheduled job. */
import { LINGER_DIRECTORY } from "../accounts/linger.ts";
import { stampDirectory } from "../inventory/stamp.ts";
import { ANACRON_STAMPS, ANACRONTAB } from "../jobs/anacrontab.ts";
import { AT_SPOOLS } from "../jobs/at.ts";
import { CRON_SPOOLS } from "../jobs/cron-files.ts";
import { RUN_PARTS_DIRECTORIES } from "../jobs/run-parts.ts";
import { GENERATOR_FOLDERS, type GeneratorKind, SYSTEMD_BASES } from "../manager/generators.ts";
import type { SearchDirectory } from "../manager/search-path.ts";
import type { WriteDetection } from "./detection.ts";
import { loadDirectories } from "./load-directories.ts";
import type { Place } from "./place.ts";
import { GENERATORS, PACKAGE_MANAGERS, SERVICE_MANAGER } from "./writers.ts";

const SYSTEM = loadDirectories("system");
const USERS = loadDirectories("users");

function placesOf(
  directories: readonly SearchDirectory[],
  test: (directory: SearchDirectory) => boolean,
): readonly Place[] {
  return directories.filter(test).map(({ path }) => `${path}/`);
}

const isMadeByManager = ({ kind }: SearchDirectory): boolean => kind === "generator" || kind === "transient";
const isOwn = ({ path }: SearchDirectory): boolean => path.startsWith("HOME/");
const isOfSession = ({ path }: SearchDirectory): boolean => path.startsWith("RUNTIME/");
const ofKind = (kind: string) => (directory: SearchDirectory) => directory.kind === kind;

function generatorPlaces(kinds: readonly GeneratorKind[]): readonly Place[] {
  return GENERATOR_FOLDERS.filter(({ kind }) => kinds.includes(kind)).map(({ path }) => `${path}/`);
}

const settings = (name: string): readonly Place[] =>
  SYSTEMD_BASES.flatMap((base) => [`${base}/${name}`, `${base}/${name}.d/`]);
const BASES = SYSTEMD_BASES.map((base) => base.replace(/\/systemd$/, ""));

const UNIT_TECHNIQUES = ["T1053.006", "T1543.002"];
const UNIT_CONTROLS = ["SI-4", "CM-5", "SI-7"];
const MAINTAINER_SCRIPTS = "Scripts of packages, and package managers written in an interpreted language";
const ADMINISTRATORS = "Administrators and configuration management: compare with the change calendar";

/** The list, in the order of the exported rules; new ones go to the end, so that numbers derived from it stay. */
export const WRITE_DETECTIONS: readonly WriteDetection[] = [
  {
    id: "unit-written",
    title: "Unit of the system written",
    why: "A timer of the system is a file in one of these directories, a drop-in in NAME.d, or a link in NAME.wants, NAME.requires or NAME.upholds.",
    severity: "medium",
    techniques: UNIT_TECHNIQUES,
    controls: UNIT_CONTROLS,
    benign: [MAINTAINER_SCRIPTS, ADMINISTRATORS, "systemctl enable, which has the manager make links"],
    places: placesOf(SYSTEM, (directory) => directory.persistent && !isMadeByManager(directory)),
    writers: PACKAGE_MANAGERS,
  },
  {
    id: "runtime-unit-written",
    title: "Unit written that is gone at the next boot",
    why: "Units below /run are as strong as those in /etc, leave nothing on disk, and few look there.",
    severity: "medium",
    techniques: UNIT_TECHNIQUES,
    controls: ["SI-4", "CM-5"],
    benign: [
      "systemctl enable --runtime and set-property --runtime",
      "Images that set themselves up at boot",
    ],
    places: [
      ...placesOf(SYSTEM, (directory) => !directory.persistent && !isMadeByManager(directory)),
      ...placesOf(USERS, (directory) => directory.path.startsWith("/run/")),
    ],
    writers: PACKAGE_MANAGERS,
  },
  {
    id: "transient-unit-made",
    title: "Transient unit made",
    why: "systemd-run and StartTransientUnit make units and timers that exist nowhere else; the manager writes them here when asked.",
    severity: "low",
    techniques: ["T1053.006"],
    controls: ["SI-4"],
    benign: ["Package managers, container engines, desktop sessions, and agents that restart themselves"],
    places: [...placesOf(SYSTEM, ofKind("transient")), ...placesOf(USERS, ofKind("transient"))],
    writers: [],
  },
  {
    id: "generated-unit-written",
    title: "Generated unit written by something that is no generator",
    why: "Only generators have business here; units of generator.early replace those of every package.",
    severity: "medium",
    techniques: UNIT_TECHNIQUES,
    controls: ["SI-4", "CM-5"],
    benign: ["Generators that are scripts: their interpreter is what writes"],
    places: [...placesOf(SYSTEM, ofKind("generator")), ...placesOf(USERS, ofKind("generator"))],
    writers: [...SERVICE_MANAGER, ...GENERATORS],
  },
  {
    id: "shared-user-unit-written",
    title: "Unit for every user written",
    why: "One file here makes a timer for everybody who logs in or lingers.",
    severity: "medium",
    techniques: UNIT_TECHNIQUES,
    controls: UNIT_CONTROLS,
    benign: [MAINTAINER_SCRIPTS, ADMINISTRATORS],
    places: placesOf(
      USERS,
      (directory) => directory.persistent && !isOwn(directory) && !isOfSession(directory),
    ),
    writers: PACKAGE_MANAGERS,
  },
  {
    id: "home-unit-written",
    title: "Unit in a home written",
    why: "A user's own timer needs no right but the home's, and with lingering it starts at boot.",
    severity: "low",
    techniques: UNIT_TECHNIQUES,
    controls: UNIT_CONTROLS,
    benign: ["People who use user timers", "Desktop and language package managers that install for one user"],
    places: placesOf(USERS, (directory) => isOwn(directory)),
    writers: [],
  },
  {
    id: "session-unit-written",
    title: "Unit in a session's runtime directory written",
    why: "Gone at logout, read by the user's manager all the same, and looked at by nobody.",
    severity: "medium",
    techniques: UNIT_TECHNIQUES,
    controls: ["SI-4"],
    benign: ["systemctl --user with --runtime"],
    places: placesOf(USERS, (directory) => isOfSession(directory) && !isMadeByManager(directory)),
    writers: [],
  },
  {
    id: "generator-written",
    title: "Generator written",
    why: "The managers run every program here at boot, before any sensor, and at each reload; it may make any unit.",
    severity: "high",
    techniques: UNIT_TECHNIQUES,
    controls: UNIT_CONTROLS,
    benign: [MAINTAINER_SCRIPTS],
    places: generatorPlaces(["system", "user"]),
    writers: PACKAGE_MANAGERS,
  },
  {
    id: "environment-generator-written",
    title: "Environment generator written",
    why: "It sets variables for every service: one LD_PRELOAD, or another search path for units, reaches them all.",
    severity: "high",
    techniques: UNIT_TECHNIQUES,
    controls: UNIT_CONTROLS,
    benign: [MAINTAINER_SCRIPTS],
    places: generatorPlaces(["system-environment", "user-environment"]),
    writers: PACKAGE_MANAGERS,
  },
  {
    id: "manager-settings-written",
    title: "Settings of systemd's managers written",
    why: "They add search paths for units, hand variables to every service, and decide what packages enable.",
    severity: "medium",
    techniques: UNIT_TECHNIQUES,
    controls: ["SI-4", "CM-5", "CM-6", "SI-7"],
    benign: [MAINTAINER_SCRIPTS, ADMINISTRATORS],
    places: [
      ...settings("system.conf"),
      ...settings("user.conf"),
      "HOME/.config/systemd/user.conf",
      "HOME/.config/systemd/user.conf.d/",
      ...BASES.map((base) => `${base}/environment.d/`),
      "HOME/.config/environment.d/",
      ...SYSTEMD_BASES.flatMap((base) => [`${base}/system-preset/`, `${base}/user-preset/`]),
    ],
    writers: PACKAGE_MANAGERS,
  },
  {
    id: "linger-changed",
    title: "Lingering of a user changed",
    why: "A file named after a user here starts that user's timers at boot, without a login.",
    severity: "medium",
    techniques: UNIT_TECHNIQUES,
    controls: ["SI-4", "AC-2", "AC-6"],
    benign: ["loginctl enable-linger for rootless containers, which has logind write here"],
    places: [`${LINGER_DIRECTORY}/`],
    writers: [],
  },
  {
    id: "stamp-changed",
    title: "Stamp of a timer changed by something that is no manager",
    why: "A stamp in the future keeps a Persistent= timer from running, an old one makes it run at once, and a forged one hides that it ran.",
    severity: "medium",
    techniques: ["T1053.006", "T1070.006"],
    controls: ["SI-4"],
    benign: ["systemctl clean --what=state, and restored backups"],
    places: [`${stampDirectory({ kind: "system" })}/`, "HOME/.local/share/systemd/timers/"],
    writers: SERVICE_MANAGER,
  },
  // Before cron: on Debian its spool lies in cron's, and audit takes the first rule that fits.
  {
    id: "at-job-written",
    title: "Job for at written",
    why: "A job that runs once, later, and then is gone.",
    severity: "low",
    techniques: ["T1053.002"],
    controls: ["SI-4"],
    benign: ["at and batch"],
    places: AT_SPOOLS.map((path) => `${path}/`),
    writers: ["/usr/sbin/atd"],
  },
  {
    id: "cron-written",
    title: "Crontab or anacron job written",
    why: "What is not scheduled by a timer is scheduled here.",
    severity: "low",
    techniques: ["T1053.003"],
    controls: ["SI-4", "CM-5"],
    benign: ["crontab -e", MAINTAINER_SCRIPTS, ADMINISTRATORS],
    places: [
      "/etc/crontab",
      "/etc/cron.d/",
      ...RUN_PARTS_DIRECTORIES.map((path) => `${path}/`),
      ANACRONTAB,
      ...CRON_SPOOLS.map((path) => `${path}/`),
      `${ANACRON_STAMPS}/`,
    ],
    writers: [...PACKAGE_MANAGERS, "/usr/sbin/anacron", "/usr/sbin/crond", "/usr/sbin/atd"],
  },
];
