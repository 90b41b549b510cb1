/**
 * Everyday programs that run a command from one of their options: the option names no program of its own, and the
 * command is what counts. Options as their manual pages give them; the habit is collected at GTFOBins.
 */
import type { Call } from "./engine.ts";
import { optionSpec, readOptions } from "./options.ts";
import { insidePath, targetPath } from "./paths.ts";
import { known, type Value } from "./value.ts";
import { runWordsAsCode } from "./wrappers.ts";

interface Carrier {
  /** Options whose whole value is a command: letters, and long names with their dashes. */
  readonly runs: readonly string[];
  /** Options in whose value a part is a command, the pattern's first group; `""` for words that are no options. */
  readonly holds?: readonly (readonly [option: string, pattern: RegExp])[];
  /** Options of one dash and several letters whose next word is a command. */
  readonly words?: readonly string[];
  /** A letter whose file holds lines such as its options hold. */
  readonly file?: readonly [option: string, pattern: RegExp];
  /** Further letters that take a value, so that what follows them is not taken for options. */
  readonly valued?: string;
  /** Options end at the first operand, and the rest is for another host or program. */
  readonly stops?: boolean;
}

/** A line of ssh_config(5) that runs a command; `Match exec` asks one whether a section counts. */
const SSH_LINE: RegExp =
  /^[ \t]*(?:(?:Proxy|Local|KnownHosts)Command[ \t=]|Match[ \t].*?\bexec[ \t])[ \t]*"?(?!none[ \t]*$)([^\n]+?)"?$/gim;
const SSH: RegExp = /^\s*(?:Proxy|Local|KnownHosts)Command\s*[= ]\s*(?!none$)(.+)$/is;
/** An alias and a helper that begin with `!` are shell code, and so is every program git is configured with. */
const GIT: RegExp =
  /^(?:(?:core\.(?:sshCommand|pager|editor|fsmonitor|gitProxy|askPass)|sequence\.editor|diff\.external|gpg\.program|pager\.\w+|filter\.\w+\.(?:clean|smudge|process)|uploadpack\.packObjectsHook)=|(?:alias\.\w+|credential\.(?:\S+\.)?helper)=!)(.+)$/is;
const APT: RegExp =
  /^(?:APT|DPkg)::\S*?(?:(?:Pre|Post)-Invoke(?:-Success)?|Pre-Install-Pkgs)(?:::)?\s*[= ]\s*(.+)$/is;
/** The `e` command after an address (sed(1), GNU). */
const SED = /(?:^|[;\n])[ \t]*(?:(?:\d+|\$|\/[^/\n]*\/)[ \t]*)?e[ \t]+(.+)$/s;
/** A function of make that runs a command, in a variable or in text that is evaluated. */
const MAKE = /(?:\$\(shell\s|^\w+!=)(.+?)\)?$/s;
const SHELL_ESCAPE = /\\!\s*(.+)$/s;

const CARRIERS: ReadonlyMap<string, Carrier> = new Map<string, Carrier>([
  [
    "tar",
    {
      runs: [
        "I",
        "F",
        "--use-compress-program",
        "--to-command",
        "--info-script",
        "--new-volume-script",
        "--rsh-command",
      ],
      holds: [["--checkpoint-action", /^exec=(.+)$/s]],
      valued: "bCfgHKLNTVX",
    },
  ],
  ["bsdtar", { runs: ["--use-compress-program"] }],
  ["cpio", { runs: ["--rsh-command"] }],
  ["rsync", { runs: ["e", "--rsh"], valued: "BfMT" }],
  [
    "ssh",
    { runs: [], holds: [["o", SSH]], file: ["F", SSH_LINE], valued: "BbcDEeIiJLlmOopQRSWw", stops: true },
  ],
  [
    "autossh",
    { runs: [], holds: [["o", SSH]], file: ["F", SSH_LINE], valued: "MBbcDEeIiJLlmOopQRSWw", stops: true },
  ],
  ["scp", { runs: ["S"], holds: [["o", SSH]], file: ["F", SSH_LINE], valued: "cDiJlPX" }],
  ["sftp", { runs: ["S"], holds: [["o", SSH]], file: ["F", SSH_LINE], valued: "BbcDiJlPRsX" }],
  ["zip", { runs: [], words: ["-TT", "--unzip-command"] }],
  ...["make", "gmake"].map((name): [string, Carrier] => [
    name,
    {
      runs: [],
      holds: [
        ["--eval", MAKE],
        ["E", MAKE],
        ["", MAKE],
      ],
      valued: "fCIjloW",
    },
  ]),
  ["sshfs", { runs: [], holds: [["o", /(?:^|,)ssh_command=([^,]+)/s]] }],
  [
    "git",
    {
      runs: ["--upload-pack", "--receive-pack"],
      holds: [
        ["c", GIT],
        ["--config", GIT],
      ],
      valued: "C",
    },
  ],
  ["sort", { runs: ["--compress-program"] }],
  ["split", { runs: ["--filter"] }],
  ["man", { runs: ["P", "--pager"], valued: "HMSerLmC" }],
  ["tcpdump", { runs: ["z"], valued: "BcCDEFGijmMrsTVwWy" }],
  ["wget", { runs: ["--use-askpass"] }],
  ["mail", { runs: [], holds: [["S", /^(?:sendmail|mta)=(.+)$/s]] }],
  [
    "sed",
    {
      runs: [],
      holds: [
        ["", SED],
        ["e", SED],
        ["--expression", SED],
      ],
    },
  ],
  [
    "rpm",
    {
      runs: [],
      holds: [
        ["E", /%\((.+)\)/s],
        ["--eval", /%\((.+)\)/s],
      ],
    },
  ],
  ["dpkg", { runs: ["--pre-invoke", "--post-invoke"] }],
  ...["apt", "apt-get", "aptitude"].map((name): [string, Carrier] => [
    name,
    {
      runs: [],
      holds: [
        ["o", APT],
        ["--option", APT],
      ],
      valued: "ct",
    },
  ]),
  ["restic", { runs: [], holds: [["o", /^sftp\.command=(.+)$/s]] }],
  ["borg", { runs: ["--rsh"] }],
  ["rclone", { runs: ["--sftp-ssh"] }],
  ["sqlite3", { runs: [], holds: [["", /^\s*\.(?:shell|system)\s+(.+)$/s]] }],
  ...["mysql", "mariadb"].map((name): [string, Carrier] => [
    name,
    {
      runs: [],
      holds: [
        ["e", SHELL_ESCAPE],
        ["--execute", SHELL_ESCAPE],
      ],
      valued: "uhPDS",
    },
  ]),
  [
    "psql",
    {
      runs: [],
      holds: ["c", "--command"].flatMap((option): (readonly [string, RegExp])[] => [
        [option, SHELL_ESCAPE],
        [option, /\bPROGRAM\s+'([^']+)'/is],
      ]),
      valued: "dfhpUvo",
    },
  ],
]);

/** An option that by its name takes a command: `--deploy-hook`, `--password-command`, `--reloadcmd`, `--exec`. */
const COMMAND_OPTION = /^--(?:[a-z-]+-(?:hook|command|cmd)|reloadcmd|exec)(=|$)/;

/** What a program is told to run by an option is run, whatever else the program does. */
export function noteCarried(call: Call): void {
  noteCommandOptions(call);
  const carrier = CARRIERS.get(call.name);
  if (carrier === undefined) return;
  const { runs, holds = [], words = [], file, valued = "", stops = false } = carrier;
  noteCommandWords(call, words);
  const names = [...runs, ...holds.map(([option]) => option), ...(file === undefined ? [] : [file[0]])];
  const letters = names.filter((name) => name.length === 1).join("");
  const spec = optionSpec(
    valued + letters,
    names.filter((name) => name.length > 1),
    stops,
  );
  const { values, operands } = readOptions(call.args, spec);
  for (const name of runs) for (const value of values.get(name) ?? []) run(call, name, value, value.text);
  for (const [name, pattern] of holds)
    for (const value of name === "" ? operands : (values.get(name) ?? []))
      run(call, name, value, pattern.exec(value.text)?.[1] ?? "");
  if (file !== undefined) for (const value of values.get(file[0]) ?? []) runLines(call, file, value);
}

function noteCommandWords(call: Call, words: readonly string[]): void {
  for (const [at, { text }] of call.args.entries()) {
    const command = words.includes(text) ? call.args[at + 1] : undefined;
    if (command !== undefined) run(call, text, command, command.text);
  }
}

const CONFIG_BYTES = 65_536;
const MOST_LINES = 64;

/** The commands in a configuration file that an option names. */
function runLines(call: Call, [option, pattern]: readonly [string, RegExp], named: Value): void {
  const { frame } = call;
  const inside = insidePath(frame, named.text);
  if (inside === null) return;
  const read = frame.session.library.script(targetPath(frame, inside), CONFIG_BYTES);
  if (read === null) return;
  let left = MOST_LINES;
  for (const match of read.source.text.matchAll(pattern)) {
    if (--left < 0) return;
    const [line, command = ""] = match;
    const at = match.index + line.lastIndexOf(command);
    run(call, option, known(command, read.source.place(at, command.length)), command);
  }
}

function noteCommandOptions(call: Call): void {
  for (const [at, word] of call.args.entries()) {
    const match = COMMAND_OPTION.exec(word.text);
    if (match === null) continue;
    const equals = word.text.indexOf("=");
    const value = match[1] === "=" ? word : call.args[at + 1];
    if (value === undefined || (match[1] !== "=" && value.text.startsWith("-"))) continue;
    const [option, command] =
      value === word ? [word.text.slice(0, equals), word.text.slice(equals + 1)] : [word.text, value.text];
    run(call, option, value, command);
  }
}

function run(call: Call, option: string, value: Value, command: string): void {
  if (command === "") return;
  const source = command === value.text ? value.source : null;
  runWordsAsCode(call, [{ ...value, text: command, source }], option.length === 1 ? `-${option}` : option);
}
