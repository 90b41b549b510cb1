/**
 * Everyday programs that run a command from one of their options: the option names no program of its own, and the
 * command is what counts. Options as their manual pages give them; the habit is collected at GTFOBins.
 */
import type { Call } from "./engine.ts";
import { optionSpec, readOptions } from "./options.ts";
import type { Value } from "./value.ts";
import { runWordsAsCode } from "./wrappers.ts";

interface Carrier {
  /** Options whose whole value is a command: letters, and long names with their dashes. */
  readonly runs: readonly string[];
  /** Options in whose value a part is a command, the pattern's first group; `""` for words that are no options. */
  readonly holds?: readonly (readonly [option: string, pattern: RegExp])[];
  /** Further letters that take a value, so that what follows them is not taken for options. */
  readonly valued?: string;
  /** Options end at the first operand, and the rest is for another host or program. */
  readonly stops?: boolean;
}

const SSH: RegExp = /^\s*(?:Proxy|Local|KnownHosts)Command\s*[= ]\s*(?!none$)(.+)$/is;
/** An alias and a helper that begin with `!` are shell code, and so is every program git is configured with. */
const GIT: RegExp =
  /^(?:(?:core\.(?:sshCommand|pager|editor|fsmonitor|gitProxy|askPass)|sequence\.editor|diff\.external|gpg\.program|pager\.\w+|filter\.\w+\.(?:clean|smudge|process)|uploadpack\.packObjectsHook)=|(?:alias\.\w+|credential\.(?:\S+\.)?helper)=!)(.+)$/is;
const APT: RegExp =
  /^(?:APT|DPkg)::\S*?(?:(?:Pre|Post)-Invoke(?:-Success)?|Pre-Install-Pkgs)(?:::)?\s*[= ]\s*(.+)$/is;
/** The `e` command after an address (sed(1), GNU). */
const SED = /(?:^|[;\n])[ \t]*(?:(?:\d+|\$|\/[^/\n]*\/)[ \t]*)?e[ \t]+(.+)$/s;
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
  ["ssh", { runs: [], holds: [["o", SSH]], valued: "BbcDEeFIiJLlmOopQRSWw", stops: true }],
  ["autossh", { runs: [], holds: [["o", SSH]], valued: "MBbcDEeFIiJLlmOopQRSWw", stops: true }],
  ["scp", { runs: ["S"], holds: [["o", SSH]], valued: "cDFiJlPX" }],
  ["sftp", { runs: ["S"], holds: [["o", SSH]], valued: "BbcDFiJlPRsX" }],
  ["sshfs", { runs: [], holds: [["o", /(?:^|,)ssh_command=([^,]+)/s]] }],
  [
    "git",
    {
      runs: [],
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
  const { runs, holds = [], valued = "", stops = false } = carrier;
  const names = [...runs, ...holds.map(([option]) => option)];
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
