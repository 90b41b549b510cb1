import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { isVerified, noteTree } from "./execution.ts";
import { noteKernelSetting } from "./kernel-settings.ts";
import { baseName, insidePath } from "./paths.ts";
import { autostartPlace, isLog, isSystemImage } from "./places.ts";
import type { BehaviourDetail } from "./program.ts";
import { noteSetting } from "./settings-written.ts";
import { fixedSource } from "./source.ts";
import { isClosedSshConfiguration } from "./ssh-settings.ts";
import { isUnprotected } from "./urls.ts";
import type { Value } from "./value.ts";
import { followWrittenUnit, isUnitFile, startedBy, startedByUnit } from "./written-units.ts";

/** A name of updates or of a security vendor, given this host's own address (T1562.001). */
const BLOCKED =
  /^[ \t]*(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1?)[ \t].*?[ \t.]?((?:security|updates?|deb|apt|mirrors?|archive|clamav|freshclam|crowdstrike|falcon|sentinelone|wazuh|elastic|splunk|virustotal|cloudsink|osquery|fwupd|lvfs)\.[\w.-]+)/m;

/** The same names, given a public address: whoever answers there is asked for updates. */
const MISLED =
  /^[ \t]*(?!127\.|0\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)\d+\.\d+\.\d+\.\d+[ \t].*?[ \t.]?((?:security|updates?|deb|apt|archive|packages|dl|mirrors?|pypi|registry)\.(?:debian|ubuntu|fedoraproject|centos|rockylinux|almalinux|archlinux|opensuse|alpinelinux|kali|python|npmjs|docker)\.[\w.-]+|clamav\.net|database\.clamav\.net)/m;

/** Keys whose holders' packages are installed without a question. */
const KEYRING =
  /^\/(etc\/apt\/(trusted\.gpg(\.d\/.+)?|keyrings\/.+)|usr\/share\/keyrings\/.+|etc\/pki\/rpm-gpg\/.+)$/;

/** A command writes a file: says what that means and remembers the content for whoever runs it later. */
export function noteWrite(
  frame: Frame,
  target: Value,
  span: Span,
  content: Value | null,
  append: boolean,
): void {
  if (target.text === "" || target.text.startsWith("&")) return;
  const inside = insidePath(frame, target.text);
  const path = inside ?? target.text;
  if (path.startsWith("/dev/") && !path.startsWith("/dev/shm/")) return;
  const { session } = frame;
  const before = session.written.get(path);
  if (session.written.size < 512) {
    session.written.set(path, {
      content: append ? (content ?? before?.content ?? null) : content,
      executable: before?.executable ?? false,
    });
  }
  sayWrite(frame, path, span, content, append);
  if (isSystemImage(path) && content?.taint?.kind === "fetch") noteTree(frame, path, content.taint);
  if (content !== null) {
    notePage(frame, path, content);
    followWrittenUnit(frame, path, content, span);
  }
  if (content?.taint?.kind === "fetch" && isProgram(frame, path)) noteExecutable(frame, target, span);
}

/** A page that is written is read as what a web server will run (T1505.003). */
export function notePage(frame: Frame, path: string, content: Value): void {
  if (!/\.(php\d?|phtml|phar)$/.test(path) || !content.complete || content.text === "") return;
  const source = content.source ?? fixedSource(content.span, content.text);
  frame.session.engine.code({ ...frame, via: [...frame.via, path] }, "php", source);
}

/** What is written over a program is one: opening a file for writing leaves its mode. */
function isProgram({ session }: Frame, path: string): boolean {
  const there = session.host.stat(path);
  return there.kind === "present" && there.value.kind === "file" && (there.value.mode & 0o111) !== 0;
}

/** Says what writing this path means, without remembering content. */
export function sayWrite(
  frame: Frame,
  path: string,
  span: Span,
  content: Value | null,
  append: boolean,
): void {
  const { session } = frame;
  const fetched = content?.taint?.kind === "fetch" ? content.taint.url : undefined;
  const decoded = content?.taint?.decoded;
  const from = content?.taint?.kind === "file" ? content.taint.path : undefined;
  const detail: BehaviourDetail = {
    path,
    ...unitDetail(frame, path, content),
    ...(fetched === undefined ? {} : { url: fetched }),
    ...(decoded === undefined ? {} : { decoded }),
    ...(from === undefined ? {} : { from }),
  };
  if (noteKernelSetting(frame, path, content, span)) return;
  const place = isClosedSshConfiguration(frame, path, content) ? null : autostartPlace(path);
  const blocked = path === "/etc/hosts" ? BLOCKED.exec(content?.text ?? "")?.[1] : undefined;
  if (blocked !== undefined) {
    const says = `Makes the name ${blocked} lead nowhere.`;
    session.say(frame, "kills-security-tool", span, says, "medium", { path, host: blocked });
  }
  const does = append ? "Appends to" : "Writes";
  if (isSystemImage(path) && fetched !== undefined && isUnprotected(fetched)) {
    const says = `${does} ${path}, which becomes part of the system, with what is downloaded from ${fetched}.`;
    session.say(frame, "writes-autostart", span, says, "high", detail);
  }
  if (KEYRING.test(path) && fetched !== undefined && isUnprotected(fetched)) {
    const says = `Trusts packages signed with a key that is downloaded from ${fetched}.`;
    session.say(frame, "installs-package", span, says, "high", detail);
  }
  const misled = path === "/etc/hosts" ? MISLED.exec(content?.text ?? "")?.[1] : undefined;
  if (misled !== undefined) {
    const says = `Makes the name ${misled} lead to another address.`;
    session.say(frame, "installs-package", span, says, "high", { path, host: misled });
  }
  noteSetting(frame, path, content?.text ?? "", span);
  if (place !== null) {
    session.say(frame, place.kind, span, `${does} ${path}, ${place.says}.`, "high", detail);
  } else if (isLog(path) && !append && (content === null || content.text === "")) {
    session.say(frame, "clears-logs", span, `Empties ${path}.`, "medium", detail);
  } else {
    session.say(frame, "writes", span, `${does} ${path}.`, "low", detail);
  }
}

/** A unit file by its name, and the program it will start. */
function unitDetail(
  frame: Frame,
  path: string,
  content: Value | null,
): Pick<BehaviourDetail, "unit" | "starts"> {
  if (!isUnitFile(path)) return {};
  const unit = baseName(path);
  const own = content?.complete === true ? startedBy(content.text) : undefined;
  const starts = unit.endsWith(".timer") ? startedByUnit(frame, unit) : own;
  return starts === undefined ? {} : { unit, starts };
}

/** `chmod +x`, `install -m 755`: the file a fetch wrote becomes a program. */
export function noteExecutable(frame: Frame, target: Value, span: Span): void {
  const path = insidePath(frame, target.text) ?? target.text;
  const written = frame.session.written.get(path);
  if (written === undefined) return;
  written.executable = true;
  const taint = written.content?.taint;
  if (taint?.kind !== "fetch" || isVerified(frame, taint)) return;
  const detail = taint.url === undefined ? { path } : { path, url: taint.url };
  const says = `What was downloaded to ${path} is made executable.`;
  frame.session.say(frame, "fetch-to-executable-file", span, says, "high", detail);
}
