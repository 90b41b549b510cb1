/** The systemd of this machine, asked through its own programs. Only `doctor` does so, and only about itself. */
import { spawnSync } from "node:child_process";

export interface UnitFileRow {
  readonly name: string;
  readonly state: string;
}

export interface CalendarAnswer {
  readonly normalized: string;
  /** Microseconds since 1970; `null` for never. */
  readonly nextUsec: number | null;
}

/** What a running manager says of one timer. */
export interface LoadedTimer {
  readonly unit: string;
  readonly fragmentPath: string;
  readonly dropInPaths: readonly string[];
  readonly triggers: string;
  readonly calendars: readonly string[];
  readonly accuracy: string;
  readonly nextUsec: number | null;
}

const ENVIRONMENT = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: process.env["TZ"] ?? "" };

/** Standard output of a program, or `null` when it is missing or fails. */
function ask(program: string, args: readonly string[]): string | null {
  const { TZ, ...rest } = ENVIRONMENT;
  const { status, stdout, error } = spawnSync(program, args, {
    env: TZ === "" ? rest : ENVIRONMENT,
    encoding: "utf8",
    timeout: 120_000,
    maxBuffer: 256 * 1024 * 1024,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return error || status !== 0 ? null : stdout;
}

/** `systemctl --version`, first line. */
export function localVersion(): string | null {
  return ask("systemctl", ["--version"])?.split("\n")[0]?.trim() ?? null;
}

/** `systemctl --root=DIR list-unit-files`: every unit file of the system scope, or of all users with `global`. */
export function unitFiles(root: string, global: boolean): readonly UnitFileRow[] | null {
  const scope = global ? ["--global"] : [];
  const text = ask("systemctl", [
    `--root=${root}`,
    ...scope,
    "list-unit-files",
    "--no-legend",
    "--no-pager",
    "--full",
  ]);
  if (text === null) return null;
  return text.split("\n").flatMap((line) => {
    const [name, state] = line.trim().split(/\s+/);
    return name && state ? [{ name, state }] : [];
  });
}

/** `systemd-analyze calendar` for each expression; `null` for one it refuses. */
export function calendarAnswers(
  expressions: readonly string[],
  nowUsec: number,
): readonly (CalendarAnswer | null)[] | null {
  if (ask("systemd-analyze", ["--version"]) === null) return null;
  const base = `@${Math.floor(nowUsec / 1e6)}`;
  return expressions.map((expression) => {
    const text = ask("systemd-analyze", ["calendar", `--base-time=${base}`, "--", expression]);
    if (text === null) return null;
    const normalized = /Normalized form: (.*)/.exec(text)?.[1]?.trim() ?? expression;
    const utc =
      /\(in UTC\): \w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(text) ??
      /Next elapse: \w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(text);
    return { normalized, nextUsec: utc === null ? null : Date.parse(`${utc[1]}T${utc[2]}Z`) * 1000 };
  });
}

const PROPERTIES = "Id,FragmentPath,DropInPaths,Triggers,TimersCalendar,AccuracyUSec,NextElapseUSecRealtime";

/** Every timer the running system manager has loaded; `null` when there is none to ask. */
export function loadedTimers(): readonly LoadedTimer[] | null {
  const text = ask("systemctl", ["show", "--timestamp=us+utc", `--property=${PROPERTIES}`, "*.timer"]);
  if (text === null || text.trim() === "") return null;
  return text.split("\n\n").flatMap((block) => {
    const fields = new Map<string, string[]>();
    for (const line of block.split("\n")) {
      const equals = line.indexOf("=");
      if (equals > 0)
        fields.set(line.slice(0, equals), [
          ...(fields.get(line.slice(0, equals)) ?? []),
          line.slice(equals + 1),
        ]);
    }
    const first = (name: string) => fields.get(name)?.[0] ?? "";
    if (first("Id") === "") return [];
    const next = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? UTC/.exec(first("NextElapseUSecRealtime"));
    return [
      {
        unit: first("Id"),
        fragmentPath: first("FragmentPath"),
        dropInPaths: first("DropInPaths")
          .split(" ")
          .filter((path) => path !== ""),
        triggers: first("Triggers"),
        calendars: (fields.get("TimersCalendar") ?? []).flatMap(
          (value) => /OnCalendar=(.*?) ;/.exec(value)?.[1] ?? [],
        ),
        accuracy: first("AccuracyUSec"),
        nextUsec:
          next === null
            ? null
            : Date.parse(`${next[1]}T${next[2]}Z`) * 1000 + Number((next[3] ?? "0").padEnd(6, "0")),
      },
    ];
  });
}
