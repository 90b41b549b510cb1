/** The manual pages, written from the same tables as `help` and docs/cli.md. */
import { grouped } from "../../grouped.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import { VERSION } from "../../version.ts";
import type { Command, CommandEntry, Option } from "../command.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { ManPage } from "./roff.ts";

/** A page, named as `man` looks for it: `timerwarden-audit.1`. */
export interface PageFile {
  readonly name: string;
  readonly text: string;
}

const MANUAL = "Timerwarden";

const TARGETS: readonly (readonly [string, string])[] = [
  ["host:", "this machine, the default"],
  ["root:DIR", "a mounted root; the same as --root DIR"],
  ["tar:FILE, zip:FILE", "an archive of a root; tar may be compressed with gzip, xz, zstd or bzip2"],
  ["oci:DIR, docker-archive:FILE", "a container image; findings name the layer"],
  ["uac:FILE, velociraptor:FILE", "what these collectors brought home"],
  ["collection:FILE, snapshot:FILE", "what timerwarden collect and timerwarden snapshot wrote"],
  ["-", "an archive or a snapshot on standard input"],
];

/** Every page, for a release of this day (`2026-11-23`). */
export async function manPages(entries: readonly CommandEntry[], date: string): Promise<readonly PageFile[]> {
  const commands = await Promise.all(entries.map((entry) => entry.load()));
  return [
    { name: "timerwarden.1", text: overview(commands, date) },
    ...commands.map((command) => ({
      name: `timerwarden-${command.name}.1`,
      text: commandPage(command, date),
    })),
    { name: "timerwarden-rules.7", text: rulesPage(date) },
  ];
}

function page(name: string, section: string, date: string, summary: string): ManPage {
  return new ManPage(name, section, date, `timerwarden ${VERSION}`, MANUAL)
    .section("NAME")
    .paragraph(`${name} - ${summary}`);
}

function overview(commands: readonly Command[], date: string): string {
  const made = page(
    "timerwarden",
    "1",
    date,
    "what this host will run by itself, and whether any of it is hostile",
  );
  made.section("SYNOPSIS").paragraph("*timerwarden* [COMMAND] [TARGET] [options]");
  made
    .section("DESCRIPTION")
    .paragraph(
      "Reads every systemd timer of a host (the system's, those shared by all users, and each user's own), and every job of cron, anacron and at: when it runs next, what it finally runs, as whom, where its files come from, and whether any of it is hostile. Nothing of the target is ever run, and nothing is written but what is asked for.",
    )
    .paragraph("Without a command, this host is audited and the result fits one screen.");
  made.section("COMMANDS");
  for (const { name, summary } of commands)
    made.term(`*${name}*`, `${summary}. See *timerwarden-${name}*(1).`);
  made.section("TARGETS");
  for (const [target, means] of TARGETS) made.term(`*${target}*`, means);
  made.paragraph("Of anything else the kind is found by looking, and said.");
  made
    .section("ENVIRONMENT")
    .term(
      "*TIMERWARDEN_<OPTION>*",
      "sets the option of that name, in capitals and with _ for -, where the command line does not: TIMERWARDEN_FAIL_ON=none.",
    );
  made.term("*NO_COLOR*", "no colours.");
  made
    .section("FILES")
    .term(
      "*/etc/timerwarden/accept.d/*.yaml*",
      "decisions that a finding is meant to be; also ~/.config/timerwarden/accept.d. See *timerwarden-accept*(1).",
    );
  return withExitStatus(made)
    .section("SEE ALSO")
    .paragraph("*timerwarden-rules*(7), *systemd.timer*(5), *systemd.time*(7), *systemd-analyze*(1)")
    .text();
}

function commandPage(command: Command, date: string): string {
  const { name, aliases = [], summary, usage, examples, options } = command;
  const made = page(`timerwarden-${name}`, "1", date, summary.charAt(0).toLowerCase() + summary.slice(1));
  made.section("SYNOPSIS").paragraph(usage.replace(/^timerwarden \S+/, "*$&*"));
  made.section("DESCRIPTION").paragraph(`${summary}.`);
  if (aliases.length > 0) made.paragraph(`Also called ${aliases.map((alias) => `*${alias}*`).join(", ")}.`);
  made.section("EXAMPLES");
  for (const { line, does } of examples) made.term(line, `${does}.`);
  const groups = grouped(Object.entries(options), ([, option]) => option.group ?? "");
  if (groups.size > 0) made.section("OPTIONS");
  for (const [group, rows] of groups) {
    if (group !== "") made.subsection(group.charAt(0).toUpperCase() + group.slice(1));
    for (const [long, option] of rows) made.term(spelling(long, option), `${option.does}.`);
  }
  if (command.formats !== undefined)
    made.section("FORMATS").paragraph(`*-o* takes: ${command.formats.join(", ")}.`);
  return withExitStatus(made)
    .section("SEE ALSO")
    .paragraph("*timerwarden*(1), *timerwarden-rules*(7)")
    .text();
}

function spelling(long: string, { short, type, value = "VALUE" }: Option): string {
  const taken = type === "string" ? `=${value}` : "";
  return `${short === undefined ? "" : `*-${short}*, `}*--${long}*${taken}`;
}

function withExitStatus(made: ManPage): ManPage {
  made.section("EXIT STATUS");
  for (const { code, meaning } of EXIT_CODES) made.term(`*${code}*`, `${meaning}.`);
  return made;
}

function rulesPage(date: string): string {
  const made = page(
    "timerwarden-rules",
    "7",
    date,
    "what the rules of timerwarden accuse, and what clears it",
  );
  made
    .section("DESCRIPTION")
    .paragraph(
      "Each finding names its rule. A rule counts as hostile (no ordinary use), suspicious, odd, a weakness (an open door, not an intruder), or context, and the verdict on a timer follows from its findings together. The command *timerwarden explain RULE* tells more: why it matters, what looks alike and is innocent, and where the knowledge comes from.",
    );
  made.section("RULES");
  for (const { id, title, severity, confidence, signal, techniques, clears } of [...ALL_RULES].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  ))
    made.term(
      `*${id}*`,
      `${title}. Severity ${severity}, confidence ${confidence}, ${signal}${techniques.length > 0 ? `; ${techniques.join(", ")}` : ""}. Clears it: ${clears}.`,
    );
  return made
    .section("SEE ALSO")
    .paragraph("*timerwarden*(1), *timerwarden-audit*(1), *timerwarden-rules*(1)")
    .text();
}
