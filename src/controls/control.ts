/** A control of SP 800-53 revision 5 that the published mappings tie to systemd timers. */
export interface Control {
  /** `AC-2`; AC-02 and ac-2 in other spellings. */
  readonly id: string;
  /** The id of OSCAL: `ac-2`. */
  readonly oscal: string;
  readonly title: string;
  /** What it asks, in our words. */
  readonly asks: string;
  /** Why it bears on timers. */
  readonly bears: string;
  /** False for CM-6, which only the older and the newest mappings name, not the edition of ATT&CK 9.0 to 12.1. */
  readonly inSeed: boolean;
}

/** The ten, in the order of the catalogue. Titles are the catalogue's; the rest is ours. */
export const CONTROLS: readonly Control[] = [
  control(
    "AC-2",
    "Account Management",
    "Keep accounts by type and by procedure: who may have one, with which memberships and powers, who approves, and how each is watched, disabled and removed.",
    "A timer runs as an account and was put there by one. Nobody who has left may keep a timer, and no account may have more than its timers need.",
  ),
  control(
    "AC-3",
    "Access Enforcement",
    "Enforce the approved authorizations for access to information and to the system.",
    "Whoever can write a unit, its program, a link that enables it, or talk to the manager decides what runs, and mostly as root.",
  ),
  control(
    "AC-5",
    "Separation of Duties",
    "Name the duties that need different people, and give access so that they stay apart.",
    "One person who can both plant a timer and edit the record of it leaves nobody who would notice.",
  ),
  control(
    "AC-6",
    "Least Privilege",
    "Give users, and processes that act for them, only the access their task needs.",
    "A timer without User= is root, and a service without a sandbox has all of the system in its hands.",
  ),
  control(
    "CA-7",
    "Continuous Monitoring",
    "Have a strategy for watching the system: what is measured, how often, how results are brought together, answered and reported.",
    "A timer is planted in seconds and waits for weeks: only a look that comes again finds it.",
  ),
  control(
    "CM-5",
    "Access Restrictions for Change",
    "Define, document, approve and enforce who may change the system, in the room and over the wire.",
    "A new timer is a change to the system. It should be nobody's to make but those who may.",
  ),
  control(
    "CM-6",
    "Configuration Settings",
    "Set the most restrictive settings the work allows, keep to them, and know and approve of what deviates.",
    "Which timers are enabled, and how the manager itself is set up, are settings with a right value.",
    false,
  ),
  control(
    "IA-2",
    "Identification and Authentication (Organizational Users)",
    "Identify and authenticate each user as one person, and tie that identity to the processes that act for them.",
    "Processes of a timer carry no login: who stands behind them must be told from who wrote and enabled it.",
  ),
  control(
    "SI-4",
    "System Monitoring",
    "Watch the system for attacks and for use nobody authorized, in the right places, and look at what is seen.",
    "The places where timers are made are few and known: each of them can be watched.",
  ),
  control(
    "SI-7",
    "Software, Firmware, and Information Integrity",
    "Use tools that detect unauthorized changes to chosen software, firmware and information, and act on what they find.",
    "Planting a timer changes a file in a known place, which an integrity tool sees if it looks there.",
  ),
];

function control(id: string, title: string, asks: string, bears: string, inSeed = true): Control {
  return { id, oscal: id.toLowerCase(), title, asks, bears, inSeed };
}

/** The control meant by any of the usual spellings: `AC-2`, `AC-02`, `ac-2`, `ac2`. */
export function controlNamed(text: string): Control | null {
  const match = /^([a-z]{2})-?0*([0-9]{1,2})$/i.exec(text.trim());
  const id = match === null ? "" : `${match[1]?.toUpperCase()}-${match[2]}`;
  return CONTROLS.find((known) => known.id === id) ?? null;
}
