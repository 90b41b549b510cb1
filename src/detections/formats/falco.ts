/** Falco rules: lists of places, one macro for "written below it", a rule for each detection. */

import { stringify } from "yaml";
import { COMMAND_LIMIT, type CommandDetection, LIMIT, type WriteDetection } from "../detection.ts";
import { mappingText, type RuleExporter } from "../exporter.ts";
import { isDirectory, type Place } from "../place.ts";

export const falco: RuleExporter = {
  name: "falco",
  summary: "Falco rules with lists, macros and a place for exceptions",
  installAs: "/etc/falco/rules.d/timerwarden.yaml",
  needs: "nothing",
  write({ writes, commands }) {
    const document = [
      { required_engine_version: ENGINE },
      { macro: "timerwarden_opened_for_writing", condition: OPENED },
      { macro: "timerwarden_exceptions", condition: "(evt.num = 0)" },
      ...writes.flatMap(writeItems),
      ...commands.map(commandRule),
    ];
    const header = [
      "# Timerwarden: every place that makes, alters, arms or delays a timer or another scheduled job.",
      `# ${LIMIT}`,
      "# Tune by overriding the macro timerwarden_exceptions, for example (proc.pexepath in (/usr/bin/dpkg)).",
      "",
    ].join("\n");
    return `${header}${stringify(document, { lineWidth: 0 })}`;
  },
};

/** Falco 0.36, the first with fs.path.*. */
const ENGINE = 26;

const OPENED = "(evt.type in (open, openat, openat2, creat) and evt.is_open_write = true)";
const RENAMES = "evt.type in (rename, renameat, renameat2)";
const LINKS = "evt.type in (link, linkat, symlink, symlinkat)";
const OTHERS = "evt.type in (mkdir, mkdirat, rmdir, unlink, unlinkat, chmod, fchmod, fchmodat)";

const PRIORITIES = {
  critical: "CRITICAL",
  high: "WARNING",
  medium: "NOTICE",
  low: "INFORMATIONAL",
  info: "DEBUG",
};

const USER =
  "user=%user.name login=%user.loginname process=%proc.exepath command=%proc.cmdline parent=%proc.pexepath";

function writeItems(detection: WriteDetection): readonly object[] {
  const { id, title, why, severity, writers, places } = detection;
  const name = `timerwarden_${id.replaceAll("-", "_")}`;
  const fixed = places.filter((place) => place.startsWith("/")).map((place) => place.replace(/\/$/, ""));
  const below = (field: string): string =>
    pathTest(field, places, fixed.length > 0 ? `${name}_places` : null);
  const written = [
    `(timerwarden_opened_for_writing and ${below("fd.name")})`,
    `(${OTHERS} and ${below("fs.path.name")})`,
    `(${LINKS} and ${below("fs.path.source")})`,
    `(${RENAMES} and (${below("fs.path.source")} or ${below("fs.path.target")}))`,
  ].join(" or ");
  const programs = writers.filter((writer) => !writer.endsWith("/"));
  const folders = writers.filter((writer) => writer.endsWith("/"));
  const known = [
    ...(programs.length > 0 ? [`proc.exepath in (${name}_writers)`] : []),
    ...folders.map((folder) => `proc.exepath startswith ${folder}`),
  ];
  const exceptions = ["timerwarden_exceptions", ...(known.length > 0 ? [`(${known.join(" or ")})`] : [])];
  return [
    ...(fixed.length > 0 ? [{ list: `${name}_places`, items: fixed }] : []),
    ...(programs.length > 0 ? [{ list: `${name}_writers`, items: programs }] : []),
    {
      rule: `Timerwarden: ${title}`,
      desc: `${why} ${LIMIT} ${mappingText(detection)}.`,
      condition: [`(${written})`, ...exceptions.map((exception) => `not ${exception}`)].join(" and "),
      output: `${title} (file=%fd.name path=%fs.path.name from=%fs.path.source to=%fs.path.target event=%evt.type ${USER})`,
      priority: PRIORITIES[severity],
      tags: tagsOf(detection),
    },
  ];
}

function pathTest(field: string, places: readonly Place[], list: string | null): string {
  const tests = [
    ...(list === null ? [] : [`${field} pmatch (${list})`]),
    ...places
      .filter((place) => place.startsWith("HOME/"))
      .map((place) => `${field} ${isDirectory(place) ? "contains" : "endswith"} ${place.slice(4)}`),
    ...places
      .filter((place) => place.startsWith("RUNTIME/"))
      .map((place) => `${field} glob "/run/user/*${place.slice(7)}*"`),
  ];
  return `(${tests.join(" or ")})`;
}

function commandRule(detection: CommandDetection): object {
  const { title, why, severity, programs, words, also } = detection;
  const said = (texts: readonly string[]): string =>
    `(${texts.map((text) => `proc.cmdline contains "${text}"`).join(" or ")})`;
  const tests = [
    "evt.type in (execve, execveat)",
    `proc.name in (${programs.join(", ")})`,
    said(words),
    ...(also.length > 0 ? [said(also)] : []),
    "not timerwarden_exceptions",
  ];
  return {
    rule: `Timerwarden: ${title}`,
    desc: `${why} ${COMMAND_LIMIT} ${mappingText(detection)}.`,
    condition: tests.join(" and "),
    output: `${title} (${USER})`,
    priority: PRIORITIES[severity],
    tags: tagsOf(detection),
  };
}

/** The first tag is the maturity, as Falco's own rules have it. */
function tagsOf({
  techniques,
  controls,
}: Pick<WriteDetection, "techniques" | "controls">): readonly string[] {
  return [
    "maturity_sandbox",
    "host",
    "mitre_persistence",
    ...techniques,
    ...controls.map((control) => `NIST_800-53_${control}`),
  ];
}
