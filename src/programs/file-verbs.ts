import { noteRemovalOfEncrypted } from "./encryption.ts";
import type { Call, Frame, Handler } from "./engine.ts";
import { has, option, optionSpec, readOptions } from "./options.ts";
import { baseName, insidePath, shapeAt } from "./paths.ts";
import { autostartPlace, holdsSchedules, isGuard, isLog } from "./places.ts";
import { addedBySed, changesArgumentsOnly } from "./sed-script.ts";
import { noteSetting } from "./settings-written.ts";
import { unknown, type Value } from "./value.ts";
import { noteExecutable, noteWrite, sayWrite } from "./writes.ts";

/** Paths whose recursive removal destroys the system. */
const BROAD =
  /^\/(\*|\.\*)?$|^\/(bin|boot|dev|etc|home|lib|lib64|opt|root|sbin|srv|usr|var)(\/\*|\/)?$|^\/(home|var\/lib|usr\/bin|usr\/lib)\/\*$|^\/var\/(lib|www|backups)\/?$|^\/var\/lib\/(mysql|mariadb|postgresql|pgsql|mongodb|redis|elasticsearch|docker|containers|libvirt|ldap|samba|etcd)(\/\*|\/)?$|^(~|\$HOME|\$\{HOME\})(\/\*?)?$/;

/** A tree the system or its people live in. */
export function isBroad(path: string): boolean {
  return BROAD.test(path);
}

/** When a persistent timer ran last, by the time of a file (systemd.timer(5)). */
const STAMP = /\/systemd\/timers\/stamp-([^/]+)$/;

/** What scanners compare with: signatures of malware, and what the files were. */
const SIGNATURES =
  /^\/var\/lib\/(clamav\/([^/]*\.(c[vl]d|[hmn]db|\*)|\*)|rkhunter\/db(\/[^/]*\.dat)?|aide\/aide\.db(\.gz)?)$/;

/** `rm`, `unlink`, `shred`: what disappears. */
function remove(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("ns"));
  const { frame, span, name } = call;
  const recursive = has(options, "r", "R", "--recursive") || name === "shred";
  for (const operand of options.operands) {
    const path = insidePath(frame, operand.text) ?? operand.text;
    const place = autostartPlace(path);
    noteRemovalOfEncrypted(call, operand);
    if (holdsSchedules(path)) {
      const says = `${name} removes the jobs below ${path}.`;
      frame.session.say(frame, "destructive", span, says, "high", { path });
    } else if (recursive && isBroad(operand.text)) {
      frame.session.say(
        frame,
        "destructive",
        span,
        `${name} deletes everything below ${operand.text}.`,
        "high",
        { path: operand.text },
      );
    } else if (isLog(path)) {
      frame.session.say(frame, "clears-logs", span, `${name} deletes ${path}.`, "high", { path });
    } else if (
      (/\.(service|timer|socket|path|target|mount)$/.test(path) && !STAMP.test(path)) ||
      place?.says === "a systemd unit directory"
    ) {
      frame.session.say(
        frame,
        "deletes-self-or-unit",
        span,
        `${name} deletes the unit file ${path}.`,
        operand.complete ? "high" : "medium",
        { path, unit: baseName(path) },
      );
    } else if (path === frame.script || /^"?\$\{?(0|BASH_SOURCE)\b/.test(operand.text)) {
      frame.session.say(
        frame,
        "deletes-self-or-unit",
        span,
        "The script deletes itself.",
        "medium",
        frame.script === null ? {} : { path: frame.script },
      );
    } else if (name === "shred") {
      frame.session.say(
        frame,
        "destructive",
        span,
        `shred overwrites ${path}.`,
        /^\/dev\//.test(path) ? "high" : operand.complete ? "low" : "medium",
        { path },
      );
    } else if ((isGuard(baseName(path)) && /^\/(usr|opt|etc)/.test(path)) || SIGNATURES.test(path)) {
      frame.session.say(
        frame,
        "kills-security-tool",
        span,
        `${name} deletes ${path}, which watches or logs.`,
        "high",
        { path },
      );
    }
  }
  return null;
}

/** `cp`, `mv`, `install`, `ln`: a file appears at its destination. */
function copy(call: Call): Value | null {
  const options = readOptions(
    call.args,
    optionSpec("tSmog", ["--target-directory", "--suffix", "--mode", "--owner", "--group"]),
  );
  const { frame, span, name } = call;
  if (name === "install" && has(options, "d", "--directory")) return null;
  const directory = option(options, "t", "--target-directory");
  const operands = directory === undefined ? options.operands.slice(0, -1) : options.operands;
  const last = directory ?? options.operands.at(-1);
  if (last === undefined) return null;
  for (const from of operands.slice(0, 32)) {
    const origin = insidePath(frame, from.text) ?? from.text;
    if (name === "mv") noteGuardDisarmed(call, from, "moves away");
    const into =
      directory !== undefined || last.text.endsWith("/") || operands.length > 1 || /\.d$/.test(last.text);
    const target = into
      ? { ...last, text: `${last.text.replace(/\/$/, "")}/${baseName(from.text)}`, source: null }
      : last;
    const written = frame.session.written.get(origin);
    const content = written?.content ?? unknown("", span, { kind: "file", span, path: origin });
    noteWrite(frame, target, span, content, false);
    const copied = frame.session.written.get(insidePath(frame, target.text) ?? target.text);
    if (copied !== undefined) copied.executable = written?.executable ?? false;
    const mode = option(options, "m", "--mode")?.text ?? (name === "install" ? "755" : "");
    if (runs(mode)) noteExecutable(frame, target, span);
    if (setsId(mode)) noteSetuid(call, target, mode);
  }
  return null;
}

function runs(mode: string): boolean {
  return /[ugoa]*[+=][rwst]*x/.test(mode) || /^0?[0-7]?[0-7]*[1357][0-7]{0,2}$/.test(mode);
}

/** No bit left by which anybody may run it. */
function forbidsRunning(mode: string): boolean {
  return /^[ugoa]*-[rws]*x[rws]*$/.test(mode) || /^0?[0-7]?[0246]{3}$/.test(mode);
}

/** Where the programs of sensors and scanners lie, and the tables that start them. */
const GUARD_PLACE = /^\/(usr|opt|s?bin|lib|etc\/cron\.[^/]+|etc\/init\.d|var\/ossec)\//;

/** A scanner or sensor that can no longer be started under its name. */
function noteGuardDisarmed({ frame, name, span }: Call, file: Value, does: string): void {
  const path = insidePath(frame, file.text) ?? file.text;
  if (!GUARD_PLACE.test(path) || !isGuard(baseName(path))) return;
  const says = `${name} ${does} ${path}, which watches or logs.`;
  frame.session.say(frame, "kills-security-tool", span, says, "high", { path });
}

function setsId(mode: string): boolean {
  return /(^|,)[ugoa]*[+=][rwxt]*s/.test(mode) || /^0?[2467][0-7]{3}$/.test(mode);
}

/** Set-gid alone is everyday on shared directories: it tells of a file only. */
function noteSetuid(call: Call, target: Value, mode: string): void {
  const user = /^0?[46]/.test(mode) || /(^|,)([ugoa]*[ua][ugoa]*)?[+=][rwxt]*s/.test(mode);
  const { frame } = call;
  const path = insidePath(frame, target.text) ?? target.text;
  const isFile = frame.session.written.has(path) || (target.complete && isRegular(frame, path));
  if (!user && !isFile) return;
  call.frame.session.say(
    call.frame,
    "privilege",
    call.span,
    `${path} is made to run with its owner's rights (set-uid or set-gid).`,
    user ? "high" : "low",
    { path },
  );
}

function isRegular(frame: Frame, path: string): boolean {
  return path.startsWith("/") && shapeAt(frame, path).facts?.kind === "file";
}

function chmod(call: Call): Value | null {
  const operands = call.args.filter((arg) => !/^-[a-zA-Z]|^--/.test(arg.text) || /^-[rwxs]+$/.test(arg.text));
  const [mode, ...files] = operands;
  if (mode === undefined) return null;
  for (const file of files) {
    if (forbidsRunning(mode.text)) noteGuardDisarmed(call, file, "takes the right to run from");
    if (runs(mode.text)) noteExecutable(call.frame, file, call.span);
    if (setsId(mode.text)) noteSetuid(call, file, mode.text);
  }
  return null;
}

function setcap(call: Call): Value | null {
  const file = call.args.at(-1);
  if (call.args.length < 2 || file === undefined || call.args[0]?.text === "-r") return null;
  call.frame.session.say(
    call.frame,
    "privilege",
    call.span,
    `${file.text} is given capabilities (${call.args[0]?.text}).`,
    "high",
    { path: file.text },
  );
  return null;
}

/** `touch -r FILE`, `touch -d WHEN`: times that did not happen (T1070.006). */
function touch(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("rdt", ["--reference", "--date", "--time"]));
  const { frame, span } = call;
  const how = option(options, "r", "--reference") ?? option(options, "d", "--date") ?? option(options, "t");
  if (how !== undefined) {
    for (const target of options.operands.slice(0, 32)) {
      const path = insidePath(frame, target.text) ?? target.text;
      const stamp = STAMP.exec(path)?.[1];
      if (stamp !== undefined && isGuard(stamp)) {
        const late = `${stamp} takes its last run for ${how.text}, so its next one is put off.`;
        frame.session.say(frame, "stops-security-unit", span, late, "high", { path, unit: stamp });
      }
      const says = `touch gives ${path} other times (${how.text}).`;
      frame.session.say(frame, "alters-times", span, says, target.complete ? "high" : "low", { path });
    }
  }
  return null;
}

function chattr(call: Call): Value | null {
  const flags = call.args.find((arg) => /^[+-=][a-zA-Z]+$/.test(arg.text) && /[ia]/.test(arg.text));
  const file = call.args.at(-1);
  if (flags === undefined || file === undefined) return null;
  const does = flags.text.startsWith("-") ? "makes changeable again" : "makes unchangeable";
  call.frame.session.say(
    call.frame,
    "changes-attributes",
    call.span,
    `chattr ${flags.text} ${does} ${file.text}.`,
    flags.text.startsWith("-") ? "medium" : "high",
    { path: file.text },
  );
  return null;
}

/** `sed -i`, `perl -i`, `ed`: a file is changed in place. */
function sed(call: Call): Value | null {
  const { frame, span } = call;
  const inPlace = call.args.some(
    (arg) => /^-[a-zA-Z]*i|^--in-place/.test(arg.text) && !/^-[ef]/.test(arg.text),
  );
  const options = readOptions(call.args, optionSpec("efl", ["--expression", "--file"]));
  const scripts =
    options.values.get("e") ?? options.values.get("--expression") ?? options.operands.slice(0, 1);
  const files = has(options, "e", "--expression", "f", "--file")
    ? options.operands
    : options.operands.slice(1);
  for (const script of scripts) {
    const executes = /(^|[;\s\d$/}])e\s+\S|\/[gpI0-9]*e[gpI0-9]*\s*$/.exec(script.text.slice(0, 4096));
    if (executes !== null && /^\s*(\d+|\$|\/[^/]*\/)?\s*e\s+\S/.test(script.text)) {
      frame.session.say(
        frame,
        "inline-interpreter-code",
        script.span,
        `sed is told to run a command: ${script.text.slice(0, 80)}`,
        "medium",
        { program: "sed" },
      );
    }
  }
  if (!inPlace && files.length > 0 && has(options, "n")) return unknown("", span, { kind: "file", span });
  if (!inPlace)
    return files.length > 0
      ? unknown("", span, { kind: "file", span, path: files[0]?.text ?? "" })
      : passing(call);
  const foreign = scripts.some(({ taint }) => taint?.kind === "fetch" || taint?.kind === "decode");
  // What a command prints (`$(ls … | shuf)`) is text of the script by then, not sed's language.
  const edit = scripts
    .map(({ text, complete }) => (complete ? text : text.replace(/\$\([^()]*\)/g, "?")))
    .join("\n");
  for (const file of files) noteEdit(call, file, edit, foreign);
  return null;
}

function noteEdit(call: Call, file: Value, edit: string, foreign: boolean): void {
  const path = insidePath(call.frame, file.text) ?? file.text;
  const place = autostartPlace(path);
  const text = addedBySed(edit);
  const added = text === null ? null : { ...unknown(text, call.span), complete: !/[$`]/.test(text) };
  const isTuning = !foreign && place?.says === "a shell's start-up file" && changesArgumentsOnly(edit);
  if (place !== null && !isTuning) sayWrite(call.frame, path, call.span, added, true);
  else if (isLog(path))
    call.frame.session.say(
      call.frame,
      "clears-logs",
      call.span,
      `Lines of ${path} are changed or removed.`,
      "high",
      { path },
    );
  if (place === null && text !== null) noteSetting(call.frame, path, text, call.span);
  call.frame.session.say(
    call.frame,
    "edits-file",
    call.span,
    `${call.name} changes ${path} in place.`,
    "low",
    { path },
  );
}

/** Filters hand on the origin of what they read; the text itself changes. */
function passing(call: Call): Value | null {
  const { stdin } = call.frame;
  return stdin === null ? null : unknown("", call.span, stdin.taint);
}

/** `tee FILE`: writes what it reads and hands it on. */
function tee(call: Call): Value | null {
  const append = call.args.some((arg) => /^(-a|--append)$/.test(arg.text));
  for (const file of call.args) {
    if (!file.text.startsWith("-")) noteWrite(call.frame, file, file.span, call.frame.stdin, append);
  }
  return call.frame.stdin;
}

function dd(call: Call): Value | null {
  const { frame, span } = call;
  const value = (name: string): Value | undefined => call.args.find((arg) => arg.text.startsWith(name));
  const output = value("of=");
  const input = value("if=");
  if (output === undefined) return frame.stdin;
  const path = output.text.slice(3);
  if (/^\/dev\/([$`]|sd|vd|xvd|nvme|mmcblk|hd|md|mapper|disk|dm-|mem|kmem)/.test(path)) {
    frame.session.say(frame, "destructive", span, `dd overwrites the device ${path}.`, "high", { path });
    return null;
  }
  const origin =
    input === undefined ? frame.stdin : unknown("", span, { kind: "file", span, path: input.text.slice(3) });
  noteWrite(frame, { ...output, text: path, source: null }, span, origin, false);
  return null;
}

/** `xclip -o`, `wl-paste`: what somebody copied last, passwords among it. */
function clipboard({ name, args, span }: Call): Value | null {
  const prints = name === "wl-paste" || args.some(({ text }) => /^(-o|-out|--output)$/.test(text));
  return prints ? unknown("", span, { kind: "file", span, path: "/clipboard" }) : null;
}

function format(call: Call): Value | null {
  const device = call.args.findLast((arg) => /^\/dev\/|^\$/.test(arg.text));
  if (device === undefined) return null;
  call.frame.session.say(
    call.frame,
    "destructive",
    call.span,
    `${call.name} erases ${device.text}.`,
    "high",
    { path: device.text },
  );
  return null;
}

function truncate(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("sro", ["--size", "--reference"]));
  const zero = option(options, "s", "--size")?.text === "0";
  for (const file of options.operands) {
    if (zero) noteGuardDisarmed(call, file, "empties");
    const path = insidePath(call.frame, file.text) ?? file.text;
    if (zero && isLog(path))
      call.frame.session.say(call.frame, "clears-logs", call.span, `truncate empties ${path}.`, "high", {
        path,
      });
  }
  return null;
}

function sshCopyId(call: Call): Value | null {
  call.frame.session.say(
    call.frame,
    "plants-key",
    call.span,
    `${call.name} puts a key on another host.`,
    "medium",
    { program: call.name },
  );
  return null;
}

/** Commands about files, by name. */
export const FILE_VERBS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["rm", remove],
  ["unlink", remove],
  ["shred", remove],
  ["wipe", remove],
  ["srm", remove],
  ["cp", copy],
  ["mv", copy],
  ["install", copy],
  ["ln", copy],
  ["chmod", chmod],
  ["setcap", setcap],
  ["touch", touch],
  ["chattr", chattr],
  ["sed", sed],
  ["tee", tee],
  ["sponge", tee],
  ["dd", dd],
  ["xclip", clipboard],
  ["xsel", clipboard],
  ["wl-paste", clipboard],
  ["wipefs", format],
  ["blkdiscard", format],
  ["truncate", truncate],
  ["ssh-copy-id", sshCopyId],
  ...[
    "mkfs",
    "mkfs.ext4",
    "mkfs.ext3",
    "mkfs.ext2",
    "mkfs.xfs",
    "mkfs.btrfs",
    "mkfs.vfat",
    "mke2fs",
    "cryptsetup-reencrypt",
  ].map((name): [string, Handler] => [name, format]),
]);
