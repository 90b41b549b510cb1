/**
 * What a write below /proc/sys and /sys changes for the whole host: programs the kernel starts by itself, and
 * safeguards it keeps (core(5), binfmt_misc in the kernel's admin guide, sysctl(8)).
 */
import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { plainPath } from "./paths.ts";
import { known, type Value } from "./value.ts";

const SETTINGS = /^\/(proc\/sys|sys)\//;

/** Where the name of a program stands in what is written. */
const STARTS: readonly (readonly [path: RegExp, program: RegExp])[] = [
  [/^\/proc\/sys\/kernel\/core_pattern$/, /^\s*\|\s*(\S+)/],
  [/^\/proc\/sys\/kernel\/(modprobe|hotplug|poweroff_cmd)$/, /^\s*(\/\S+)/],
  [/^\/sys\/kernel\/uevent_helper$/, /^\s*(\/\S+)/],
  // `:NAME:TYPE:OFFSET:MAGIC:MASK:INTERPRETER:FLAGS`, the first character separates.
  [/^\/proc\/sys\/fs\/binfmt_misc\/register$/, /^\s*(?::[^:]*){5}:([^:]+)/],
  [/^\/sys\/fs\/cgroup\/(?:[^/]+\/)*release_agent$/, /^\s*(\/\S+)/],
];

const SAFEGUARDS: readonly (readonly [path: RegExp, off: RegExp, safeguard: string])[] = [
  [/^\/proc\/sys\/kernel\/yama\/ptrace_scope$/, /^\s*0/, "the border between processes (yama)"],
  [/^\/proc\/sys\/kernel\/(randomize_va_space|kptr_restrict)$/, /^\s*0/, "the hiding of addresses"],
  [/^\/sys\/fs\/selinux\/enforce$/, /^\s*0/, "SELinux"],
  [/^\/sys\/fs\/selinux\/disable$/, /^\s*1/, "SELinux"],
  [/^\/sys\/kernel\/security\/apparmor\/\.remove$/, /\S/, "a profile of AppArmor"],
];

/** Says what a write to a kernel setting changes; false when the path is none. */
export function noteKernelSetting(frame: Frame, written: string, content: Value | null, span: Span): boolean {
  const path = plainPath(written);
  if (!SETTINGS.test(path)) return false;
  const { session } = frame;
  const text = content?.complete === true ? content.text.slice(0, 4096) : null;
  const program = STARTS.find(([place]) => place.test(path))?.[1];
  if (program !== undefined) {
    const starts = text === null ? "" : program.exec(text)?.[1];
    // `core` is a file's name, and an empty line takes a program away.
    if (starts === undefined) return true;
    const what = starts === "" ? "a program" : starts;
    const says = `The kernel is told by ${path} to start ${what} by itself.`;
    const detail = starts === "" ? { path } : { path, starts };
    session.say(frame, "writes-autostart", span, says, "high", detail);
    return true;
  }
  const safeguard = SAFEGUARDS.find(([place, off]) => place.test(path) && text !== null && off.test(text));
  if (safeguard !== undefined) {
    const says = `Switches ${safeguard[2]} off, by ${path}.`;
    session.say(frame, "stops-security-unit", span, says, "high", { path });
  }
  return true;
}

/** `NAME=VALUE` of sysctl(8), a file of /proc/sys under another name: dots and slashes change places. */
export function noteSysctl(frame: Frame, assignment: string, span: Span): void {
  const [, name, value] = /^\s*-?([\w./*@-]+)\s*=(.*)$/s.exec(assignment) ?? [];
  if (name === undefined || value === undefined) return;
  const first = /[./]/.exec(name)?.[0];
  const path =
    first === "." ? [...name].map((char) => (char === "." ? "/" : char === "/" ? "." : char)) : [name];
  noteKernelSetting(frame, `/proc/sys/${path.join("")}`, known(value.trim(), span), span);
}
