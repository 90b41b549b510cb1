/** Commands that make, arm, silence or hide a timer; the words are those by which the audit reads commands in units. */
import { TIMER_OPTIONS, TRIGGER_PROPERTIES } from "../programs/runners.ts";
import {
  INSTALLING_VERBS,
  MANAGER_METHODS,
  STARTING_VERBS,
  STOPPING_VERBS,
} from "../programs/system-verbs.ts";
import { SAFEGUARD_NAMES } from "../rules/safeguards.ts";
import type { CommandDetection } from "./detection.ts";

/** A word by itself, and the beginning of one, as they stand in a command line. */
const whole = (words: readonly string[]): readonly string[] => words.map((word) => ` ${word} `);
const beginning = (words: readonly string[]): readonly string[] => words.map((word) => ` ${word}`);

const ADMINISTRATORS = "Administrators, configuration management, and scripts of packages";

/** The list, in the order of the exported rules; new ones go to the end, so that numbers derived from it stay. */
export const COMMAND_DETECTIONS: readonly CommandDetection[] = [
  {
    id: "unit-installed-by-command",
    title: "Unit enabled, linked or edited by systemctl",
    why: "After these verbs a unit runs by itself, or as something else than its package made it.",
    severity: "low",
    techniques: ["T1053.006", "T1543.002", "T1569.003"],
    controls: ["SI-4", "CM-5"],
    benign: [ADMINISTRATORS],
    programs: ["systemctl"],
    words: whole([...INSTALLING_VERBS, "edit", "set-property", "preset", "add-wants", "add-requires"]),
    also: [],
  },
  {
    id: "timer-started-by-command",
    title: "Timer started by systemctl",
    why: "A timer that is started, and not enabled, runs until the next boot and leaves no link behind.",
    severity: "low",
    techniques: ["T1053.006", "T1569.003"],
    controls: ["SI-4"],
    benign: [ADMINISTRATORS],
    programs: ["systemctl"],
    words: whole(STARTING_VERBS),
    also: [".timer"],
  },
  {
    id: "safeguard-stopped-by-command",
    title: "Timer or safeguard stopped, disabled or masked by systemctl",
    why: "Masking the timer of updates, integrity checks or scanners silences them without an error.",
    severity: "medium",
    techniques: ["T1053.006", "T1562.001", "T1569.003"],
    controls: ["SI-4", "CA-7"],
    benign: ["Images that are patched from outside", "Maintenance with the service stopped"],
    programs: ["systemctl"],
    words: whole(STOPPING_VERBS),
    also: [".timer", ...beginning(SAFEGUARD_NAMES)],
  },
  {
    id: "timer-made-by-systemd-run",
    title: "Timer made by systemd-run",
    why: "It makes a timer that is nowhere on disk.",
    severity: "medium",
    techniques: ["T1053.006"],
    controls: ["SI-4"],
    benign: ["Agents that restart themselves", "Administrators who put a job off"],
    programs: ["systemd-run"],
    words: beginning([...TIMER_OPTIONS, "--on-clock-change", "--on-timezone-change", ...TRIGGER_PROPERTIES]),
    also: [],
  },
  {
    id: "unit-made-by-message",
    title: "Manager told by message to make, enable or start a unit",
    why: "It does what systemctl and systemd-run do, under another name.",
    severity: "medium",
    techniques: ["T1053.006", "T1543.002"],
    controls: ["SI-4"],
    benign: ["Scripts of container engines and desktop sessions"],
    programs: ["busctl", "dbus-send", "gdbus"],
    words: MANAGER_METHODS.filter((method) => method !== "Reload"),
    also: [],
  },
  {
    id: "linger-enabled-by-command",
    title: "Lingering enabled by loginctl",
    why: "A user who lingers has timers that start at boot.",
    severity: "medium",
    techniques: ["T1053.006", "T1543.002"],
    controls: ["SI-4", "AC-2", "AC-6"],
    benign: ["Accounts that run rootless containers"],
    programs: ["loginctl"],
    words: [" enable-linger"],
    also: [],
  },
];
