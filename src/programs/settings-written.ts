/** Files of settings in which a line decides: what it says is judged, not that the file is written. */
import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import type { BehaviourKind, Confidence } from "./program.ts";

interface Setting {
  readonly file: RegExp;
  /** All of them must be in the text. */
  readonly lines: readonly RegExp[];
  readonly kind: BehaviourKind;
  /** `%` stands for the file. */
  readonly says: string;
  readonly confidence: Confidence;
}

const APT_SOURCES = /^\/etc\/apt\/sources\.list(\.d\/[^/]+)?$/;
const UNSIGNED = "Lets packages come from a source whose makers nobody asks for, by %.";
const RSYSLOG = /^\/etc\/rsyslog(\.d\/.+|\.conf)$/;

const SETTINGS: readonly Setting[] = [
  {
    file: RSYSLOG,
    lines: [/(^|[\s{])(stop|~)\s?}?$/m],
    kind: "stops-security-unit",
    says: "Lets rsyslog drop messages, by %.",
    confidence: "medium",
  },
  {
    file: RSYSLOG,
    lines: [/\bomprog\b|(^|\s)\^\//m],
    kind: "writes-autostart",
    says: "Lets rsyslog start a program, by %.",
    confidence: "high",
  },
  {
    file: /^\/(etc|run|usr\/lib)\/systemd\/journald(@[\w-]+)?\.conf(\.d\/[^/]+)?$/,
    lines: [/^[ \t]*(Storage[ \t]*=[ \t]*none|MaxLevelStore[ \t]*=[ \t]*(emerg|alert|[01]))\b/im],
    kind: "stops-security-unit",
    says: "Lets the journal keep nothing, by %.",
    confidence: "high",
  },
  {
    file: APT_SOURCES,
    lines: [/\[[^\][\n]*\btrusted=yes\b[^\][\n]*\][ \t]+(?!file:|cdrom:|copy:)\S|^Trusted:[ \t]*yes\b/im],
    kind: "installs-package",
    says: UNSIGNED,
    confidence: "high",
  },
  {
    file: /^\/etc\/(yum|dnf|zypp)(\.repos\.d|\/repos\.d)\/[^/]+\.repo$/,
    lines: [
      /^[ \t]*gpgcheck[ \t]*=[ \t]*(0|no|false)\b/im,
      /^[ \t]*(baseurl|mirrorlist)[ \t]*=[ \t]*(http:|ftp:|\w+:\/\/\d+\.\d+\.)/im,
    ],
    kind: "installs-package",
    says: UNSIGNED,
    confidence: "high",
  },
  {
    file: /^\/etc\/pacman\.(conf|d\/.+)$/,
    lines: [
      /^[ \t]*SigLevel[ \t]*=.*\b(Never|TrustAll)\b/im,
      /^[ \t]*Server[ \t]*=[ \t]*(http:|ftp:|\w+:\/\/\d+\.\d+\.)/im,
    ],
    kind: "installs-package",
    says: UNSIGNED,
    confidence: "high",
  },
  {
    file: /^\/etc\/(nginx|apache2|httpd)\//,
    lines: [/^[ \t]*load_?module[ \t]+(\w+[ \t]+)?["']?\/(?!usr\/lib)/im],
    kind: "writes-autostart",
    says: "Lets the web server load a library of its own, by %.",
    confidence: "high",
  },
  {
    file: /(^|\/)\.(procmailrc|forward|maildroprc|qmail)$|^\/etc\/(procmailrc|aliases)$/,
    lines: [/^[ \t]*"?\|[ \t]*(?!\/usr\/lib(exec)?\/)\S|:[ \t]*"?\|[ \t]*"?(?!\/(usr|var)\/lib(exec)?\/)\S/m],
    kind: "writes-autostart",
    says: "Lets mail that arrives start a program, by %.",
    confidence: "high",
  },
  {
    file: /^\/etc\/tor\/(torrc|torrc\.d\/.+)$/,
    lines: [/^[ \t]*HiddenServicePort\b/im],
    kind: "tunnel",
    says: "Lets the host be reached through Tor, by %.",
    confidence: "high",
  },
  {
    file: /^\/etc\/hosts\.(allow|deny)$/,
    lines: [/:[ \t]*(spawn|twist)\b/],
    kind: "writes-autostart",
    says: "Lets whoever connects start a program, by %.",
    confidence: "high",
  },
];

const MOST = 65_536;

/** Says what a line of settings that is written changes. */
export function noteSetting(frame: Frame, path: string, text: string, span: Span): void {
  const read = text.slice(0, MOST);
  for (const { file, lines, kind, says, confidence } of SETTINGS)
    if (file.test(path) && lines.every((line) => line.test(read)))
      frame.session.say(frame, kind, span, says.replace("%", path), confidence, { path });
}
