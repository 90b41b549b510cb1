import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type ArchiveLimits, TargetError } from "./archive.ts";
import { type RemoteHost, remoteHost } from "./remote-host.ts";
import { remoteCommand } from "./remote-script.ts";
import {
  type Carrier,
  DEFAULT_REMOTE_LIMITS,
  RemoteEnd,
  type RemoteLimits,
  RemoteShell,
} from "./remote-shell.ts";
import { parseSshDestination, type SshDestination } from "./ssh-destination.ts";

export interface SshOptions {
  /** Become root there with `sudo -n`. */
  readonly sudo?: boolean;
  readonly limits?: ArchiveLimits;
  readonly timing?: RemoteLimits;
}

/**
 * What ssh is told besides the destination: ask nothing of the terminal, forward nothing, run nothing here. Keys, known
 * hosts and jumps stay what `ssh_config(5)` says.
 */
const ARGUMENTS: readonly string[] = [
  "-T",
  "-a",
  "-x",
  "-C",
  ...[
    "BatchMode=yes",
    "ClearAllForwardings=yes",
    "ControlMaster=no",
    "ConnectTimeout=15",
    "EscapeChar=none",
    "LogLevel=ERROR",
    "PermitLocalCommand=no",
    "ServerAliveCountMax=3",
    "ServerAliveInterval=15",
  ].flatMap((option) => ["-o", option]),
];
/** Of what ssh and the other side print as errors. */
const LONGEST_COMPLAINT = 16 * 1024;

/** Trees that every reading goes through. */
const TREES = [
  "/etc/systemd",
  "/run/systemd",
  "/usr/lib/systemd",
  "/usr/local/lib/systemd",
  "/etc/cron.d",
  "/var/spool/cron",
  "/var/lib/systemd",
];

/** Read before anything else: is systemd there, who lives there, which zone is it in. */
const FIRST_FILES = ["/etc/passwd", "/etc/group", "/etc/localtime", "/etc/timezone", "/etc/hostname"];

/** ssh's arguments for a destination and a command for the login shell there. */
export function sshArguments({ user, host, port }: SshDestination, command: string): readonly string[] {
  return [
    ...ARGUMENTS,
    ...(user === null ? [] : ["-l", user]),
    ...(port === null ? [] : ["-p", String(port)]),
    "--",
    host,
    command,
  ];
}

/**
 * Logs in with this machine's own `ssh` and reads the host with that host's own sh, find, tar and dd. Nothing is
 * written there. Throws `TargetError` when there is no conversation; what breaks later becomes a gap.
 */
export async function openSsh(text: string, options: SshOptions = {}): Promise<RemoteHost> {
  const destination = parseSshDestination(text);
  const word = randomBytes(16).toString("hex");
  const { carrier, complaint } = startSsh(
    sshArguments(destination, remoteCommand(word, options.sudo === true)),
  );
  const shell = new RemoteShell(carrier, word, options.timing ?? DEFAULT_REMOTE_LIMITS);
  let greeting: string;
  try {
    greeting = await shell.greeting();
  } catch (error) {
    shell.close();
    if (!(error instanceof RemoteEnd)) throw error;
    throw refusalOf(error.message, complaint(), text);
  }
  const missing = /^no (\w+)$/.exec(greeting)?.[1];
  if (missing !== undefined || !greeting.startsWith("ready ")) {
    shell.close();
    throw new TargetError(
      missing === undefined ? `${text} answers nonsense.` : `${text} has no ${missing}.`,
      "The other side needs sh, find, tar and dd; mount its disk and use root:DIR, or bring an archive.",
    );
  }
  const { limits } = options;
  const host = remoteHost(shell, { target: `ssh:${text}`, ...(limits === undefined ? {} : { limits }) });
  await host.hearManager();
  host.readDirectory("/");
  await host.expect(TREES);
  for (let round = 0; round < 4; round++) {
    for (const path of FIRST_FILES) host.readFile(path);
    const homes = host.readDirectory("/home");
    if (homes.kind === "present")
      for (const { name } of homes.value) host.stat(`/home/${name}/.config/systemd/user`);
    host.readDirectory("/lib/systemd");
    if (!(await host.fetch())) break;
  }
  return host;
}

function startSsh(args: readonly string[]): {
  readonly carrier: Carrier;
  readonly complaint: () => string;
} {
  const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"], shell: false });
  let complaint = "";
  let ended: ((reason: string) => void) | null = null;
  let reason: string | null = null;
  const end = (why: string): void => {
    reason ??= why;
    ended?.(reason);
  };
  child.stderr.on("data", (piece: Buffer) => {
    if (complaint.length < LONGEST_COMPLAINT)
      complaint += piece.toString("utf8").slice(0, LONGEST_COMPLAINT - complaint.length);
  });
  child.on("error", (error: NodeJS.ErrnoException) => end(error.code === "ENOENT" ? NO_SSH : error.message));
  child.on("close", (status) => end(`ssh ended with status ${status ?? "unknown"}`));
  // A question may be under way when the other side ends.
  child.stdin.on("error", () => undefined);
  unref(child);
  return {
    complaint: () => complaint,
    carrier: {
      input: child.stdin,
      onData: (heard) => {
        child.stdout.on("data", heard);
      },
      onEnd: (heard) => {
        ended = heard;
        if (reason !== null) heard(reason);
      },
      hold: (waiting) => (waiting ? ref(child) : unref(child)),
      close: () => {
        child.kill("SIGTERM");
        unref(child);
      },
    },
  };
}

const NO_SSH = "there is no ssh program here";

function ref(child: ChildProcess): void {
  child.ref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket | null)?.ref();
}

function unref(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket | null)?.unref();
}

const REASONS: readonly { readonly sign: RegExp; readonly says: string; readonly remedy: string }[] = [
  {
    sign: /host key verification failed|host key is known|HOST IDENTIFICATION HAS CHANGED/i,
    says: "its host key is not known or has changed",
    remedy: "Log in once by hand, compare the key with a trusted source, and try again.",
  },
  {
    sign: /permission denied|too many authentication failures|no supported authentication/i,
    says: "it lets nobody in with the keys at hand",
    remedy: "A key or an agent is needed: no password is ever asked for.",
  },
  {
    sign: /could not resolve|name or service not known/i,
    says: "its name is not known",
    remedy: "Check the name.",
  },
  {
    sign: /connection refused|timed out|no route to host|network is unreachable/i,
    says: "it does not answer",
    remedy: "Check the address, the port and that sshd runs there.",
  },
  {
    sign: /sudo: (?:a password is required|a terminal is required|.*not allowed|.*not in the sudoers)|is not in the sudoers/i,
    says: "sudo there wants a password or does not allow it",
    remedy: "Log in as root, or go without --sudo and see what that account may read.",
  },
  {
    sign: /sudo: (?:command )?not found|sudo: No such file/i,
    says: "there is no sudo",
    remedy: "Log in as root, or go without --sudo.",
  },
  {
    sign: /(?:sh|find|tar)\S*: (?:command )?not found/i,
    says: "it has no POSIX shell with find and tar",
    remedy: "Mount its disk and use root:DIR, or bring an archive.",
  },
];

/** Why there is no conversation, in words that lead on. */
function refusalOf(end: string, complaint: string, place: string): TargetError {
  if (end === NO_SSH)
    return new TargetError("There is no ssh program here.", "Install an ssh client (openssh-client).");
  const known = REASONS.find(({ sign }) => sign.test(complaint));
  const lines = complaint.split("\n").map((line) => printable(line.trim()));
  const said = lines.filter((line) => line !== "" && !/^@+$/.test(line)).at(-1) ?? "";
  const quote = said === "" ? "" : ` (${said.slice(0, 300)})`;
  if (known !== undefined) return new TargetError(`${place}: ${known.says}${quote}.`, known.remedy);
  return new TargetError(`${place}: ${end}${quote}.`, "Try the same with ssh by hand.");
}

/** Text of the other side for a terminal: nothing that moves a cursor or turns text around. */
function printable(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "?");
}
