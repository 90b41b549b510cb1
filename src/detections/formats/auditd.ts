/**
 * Rules for the kernel's audit system (audit.rules(7)). Audit knows no wildcards and follows directories that exist
 * when rules are loaded, so the rules are for one host: a directory that is not there is watched as a name until it is.
 */
import type { Host } from "../../hosts/host.ts";
import { type CommandDetection, keyOf, LIMIT, type WriteDetection } from "../detection.ts";
import { mappingText, type RuleExporter, type Surroundings } from "../exporter.ts";
import { isDirectory, type Place, spellings } from "../place.ts";
import { SERVICE_MANAGER } from "../writers.ts";

export const auditd: RuleExporter = {
  name: "auditd",
  summary: "audit rules for one host: augenrules --load",
  installAs: "/etc/audit/rules.d/60-timerwarden.rules",
  needs: "files",
  write(surroundings) {
    const { host, left } = surroundings;
    if (host === null) throw new Error("audit rules are for one host");
    const seen = new Set<string>();
    const lines = [
      "## Timerwarden: every place that makes, alters, arms or delays a timer or another scheduled job.",
      `## ${LIMIT}`,
      "## Install: put this file into /etc/audit/rules.d and run augenrules --load. A rule with -a never that stands",
      "## in an earlier file hides what it names. Where auditctl refuses arch=b32 or arch=b64, drop those lines.",
      "## Make it anew when directories named below as not there have come into being, and when accounts change.",
      ...left.map((why) => `## Not watched: ${why}.`),
      ...surroundings.writes.flatMap((detection) => ["", ...writeRules(detection, surroundings, host, seen)]),
      "",
      ...commandRules(surroundings.commands, host),
    ];
    return `${lines.join("\n")}\n`;
  },
};

function heading({ title, why, severity, ...detection }: WriteDetection): readonly string[] {
  return [`## ${title} (${severity}). ${why}`, `## ${mappingText(detection)}.`];
}

const GENERATED =
  "## systemd removes these directories and makes them anew at each reload, and a watch ends with its directory: it holds until the first reload.";

function writeRules(
  detection: WriteDetection,
  { homes }: Surroundings,
  host: Host,
  seen: Set<string>,
): readonly string[] {
  const key = keyOf(detection);
  const others = exceptManager(detection, host);
  const places = detection.places.flatMap((place) =>
    spellings(place, homes).map((path) => ({ place, path })),
  );
  return [
    ...heading(detection),
    ...(detection.id === "generated-unit-written" ? [GENERATED] : []),
    ...places.flatMap(({ place, path }) => placeRules(place, path, host, seen, `${others} -F key=${key}`)),
  ];
}

/** Stamps are touched by the manager whenever a timer fires; nothing else there is worth a record. */
function exceptManager({ id }: WriteDetection, host: Host): string {
  if (id !== "stamp-changed") return "";
  const manager = SERVICE_MANAGER.find((path) => host.stat(path).kind === "present");
  const real = manager === undefined ? null : host.realPath(manager);
  return real?.kind === "present" ? ` -F exe!=${real.value}` : "";
}

function placeRules(
  place: Place,
  spelled: string,
  host: Host,
  seen: Set<string>,
  rest: string,
): readonly string[] {
  const path = spelled.replace(/\/$/, "");
  const found = host.realPath(path);
  if (found.kind === "unreadable") return [`## Not known whether it is there: ${path}`];
  if (found.kind === "present") {
    if (leadsAway(place, path, found.value, host))
      return [`## Not watched: ${path} leads out of its account's home.`];
    if (seen.has(found.value)) return [];
    seen.add(found.value);
    return both(`-F ${isDirectory(place) ? "dir" : "path"}=${found.value} -F perm=wa${rest}`);
  }
  const missing = firstMissing(path, host);
  if (missing === null || leadsAway(place, path, missing, host)) return [];
  const isSeen = seen.has(missing);
  seen.add(missing);
  return [
    ...(isSeen ? [] : both(`-F path=${missing} -F perm=wa${rest}`)),
    ...(isDirectory(place)
      ? [
          `## ${path} is not there; ${missing === path ? "its making" : `the making of ${missing}`} is recorded. Then: -F dir=${path}`,
        ]
      : []),
  ];
}

/** What an owner of a home makes of it must not decide what the whole host records. */
function leadsAway(place: Place, path: string, real: string, host: Host): boolean {
  if (!/^[\w./@+:-]+$/.test(real)) return true;
  if (!place.startsWith("HOME/")) return false;
  const home = host.realPath(path.slice(0, path.length - place.replace(/\/$/, "").length + "HOME".length));
  return home.kind !== "present" || !real.startsWith(`${home.value}/`);
}

/** The topmost part of a path that is not there, under its parent's real name: what audit can watch by name. */
function firstMissing(path: string, host: Host): string | null {
  let parent = "/";
  for (const name of path.split("/").slice(1)) {
    const next = `${parent === "/" ? "" : parent}/${name}`;
    const real = host.realPath(next);
    if (real.kind === "unreadable") return null;
    if (real.kind === "absent") return host.lstat(next).kind === "absent" ? next : null;
    parent = real.value;
  }
  return null;
}

/** One line for each size of system call; without `arch` audit compares every call. */
function both(fields: string): readonly string[] {
  return ["b64", "b32"].map((arch) => `-a always,exit -F arch=${arch} ${fields}`);
}

function commandRules(commands: readonly CommandDetection[], host: Host): readonly string[] {
  const programs = [...new Set(commands.flatMap((command) => command.programs))];
  const techniques = [...new Set(commands.flatMap((command) => command.techniques))];
  const controls = [...new Set(commands.flatMap((command) => command.controls))];
  return [
    "## Programs that make, arm or silence timers are started; their arguments are in the EXECVE records.",
    `## ${mappingText({ techniques, controls })}.`,
    ...programs.flatMap((program) => {
      const real = ["/usr/bin", "/bin"]
        .map((folder) => host.realPath(`${folder}/${program}`))
        .find(({ kind }) => kind === "present");
      if (real?.kind !== "present" || !/^[\w./@+:-]+$/.test(real.value))
        return [`## ${program} is not there.`];
      return both(`-F path=${real.value} -F perm=x -F key=${commandKey(program)}`);
    }),
  ];
}

/** The key of records of a program's start. */
export function commandKey(program: string): string {
  return `timerwarden-command-${program}`;
}
