import { nearest } from "../nearest.ts";

/** A setting of the declarations that some check asks for. */
export interface Setting {
  readonly name: string;
  /** Any text, a number above zero, or one of these words. */
  readonly takes: "number" | "text" | readonly string[];
  readonly says: string;
}

/** All of them, in the order of the checks. */
export const SETTINGS: readonly Setting[] = [
  setting("dormant-days", "number", "AC2-09: days without a login after which a person counts as gone; 90"),
  setting("baseline-copy", "text", "AC5-05: where the copy of AIDE's baseline is kept off the host"),
  setting("exposure-limit", "number", "AC6-02: the exposure from which a service fails; 9.0"),
  setting("review-days", "number", "AC6-10: how old a review of privileges may be; 365"),
  setting("status", ["polled"], "CA7-06: the state of the host is fetched by others"),
  setting("failure-days", "number", "CA7-07: how long a grave failure may stay open; 30"),
  setting(
    "change-windows",
    "text",
    "CM5-08: when changes may be made, as in Sat,Sun 02:00-06:00; 22:00-23:30",
  ),
  setting(
    "benchmark-results",
    "text",
    "CM6-01: the path on the target of an XCCDF or HDF file, or none-needed",
  ),
  setting("benchmark-minimum", "number", "CM6-01: the percentage that must pass; 80"),
  setting("manager-settings", "text", "CM6-02: FILE:Section.Key=VALUE, parted by semicolons"),
  setting("root-keys", ["allowed"], "IA2-05: keys of root are meant to be"),
  setting("journal-retention-days", "number", "SI4-05: how long the journal must be kept"),
  setting("audit-refuses-suspend", ["yes", "no", "true", "false"], "SI4-07: auditd must not suspend itself"),
  setting("detections", ["local", "remote", "none"], "SI4-10: where detections are kept"),
  setting(
    "canary-unit",
    "text",
    "SI4-11: the name of the harmless timer that was made as a test, or not-wanted",
  ),
  setting("canary-date", "text", "SI4-11: the day of the test, such as 2027-01-31"),
  setting("ima-appraisal", ["required"], "SI7-07: the kernel must appraise files"),
  setting("secure-boot", ["required"], "SI7-08: the firmware must verify what it boots"),
  setting("local-mail", ["refused"], "SI7-10: mail to a local account does not count as told"),
  setting(
    "own-parts",
    "text",
    "SI7-11: PATH=SHA256 of this program's parts, parted by blanks, or not-installed",
  ),
  setting("inspector-days", "number", "Amazon Inspector: after how many days its results are stale; 7"),
];

/** What is wrong with a setting; `null` when nothing is. */
export function settingFault(name: string, value: string): string | null {
  const known = SETTINGS.find((one) => one.name === name);
  if (known === undefined) {
    const meant = nearest(
      name,
      SETTINGS.map((one) => one.name),
    );
    return `there is no such setting${meant ? `; did you mean ${meant}?` : ""}`;
  }
  if (known.takes === "text") return null;
  if (known.takes === "number") return Number(value) > 0 ? null : `must be a number above zero, not ${value}`;
  return known.takes.includes(value) ? null : `must be ${known.takes.join(" or ")}, not ${value}`;
}

function setting(name: string, takes: Setting["takes"], says: string): Setting {
  return { name, takes, says };
}
