/** What sends records away from the host while they are fresh: syslog daemons, the journal's upload, auditd's plugins, agents. */
import { parseBoolean } from "../../syntax/boolean.ts";
import type { Span } from "../../syntax/span.ts";
import { ofPath } from "../evidence.ts";
import type { Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { unitPresence } from "./forwarders-units.ts";
import { namesIn, readText } from "./read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "./source-problem.ts";

export interface Forwarder {
  /** `rsyslog to @@logs.example.test:514`. */
  readonly what: string;
  readonly span: Span;
}

export interface Forwarders {
  readonly found: readonly Forwarder[];
  readonly doubts: readonly Point[];
}

/** Paths that are looked at, for `Check.reads`. */
export const FORWARDER_READS: readonly string[] = [
  "/etc/rsyslog.conf",
  "/etc/rsyslog.d/*.conf",
  "/etc/syslog-ng/syslog-ng.conf",
  "/etc/syslog-ng/conf.d/*.conf",
  "/etc/systemd/journal-upload.conf",
  "/etc/audit/plugins.d/*.conf",
  "/etc/audisp/plugins.d/*.conf",
  "/etc/audit/audisp-remote.conf",
  "/etc/audisp/audisp-remote.conf",
  "/etc/filebeat/filebeat.yml",
  "/etc/auditbeat/auditbeat.yml",
  "/etc/fluent-bit/fluent-bit.conf",
  "/etc/vector/vector.yaml",
  "/etc/promtail/config.yml",
  "/var/ossec/etc/ossec.conf",
  "/etc/osquery/osquery.flags",
];

/** Forwarders that are configured and whose service is enabled, for `Subject.once`. */
export function forwardersOf(subject: Subject): Forwarders {
  return subject.once(readForwarders);
}

function readForwarders(subject: Subject): Forwarders {
  const found: Forwarder[] = [];
  const problems: SourceProblem[] = [];
  const doubts: Point[] = [];
  for (const candidate of [
    ...rsyslog(subject, problems),
    ...syslogNg(subject, problems),
    ...journalUpload(subject, problems),
    ...auditPlugins(subject, problems),
    ...agents(subject, problems),
  ]) {
    const presence = unitPresence(subject, candidate.unit);
    if (presence === "on") found.push({ what: candidate.what, span: candidate.span });
    else if (presence === "unknown")
      doubts.push({
        says: `${candidate.what} is configured, and whether ${candidate.unit} runs cannot be told`,
        evidence: [ofPath(subject, candidate.span.path)],
      });
  }
  return { found, doubts: [...doubts, ...doubtsOf(subject, problems)] };
}

interface Candidate extends Forwarder {
  /** The service that must run for it. */
  readonly unit: string;
}

const IP_LOCAL = /^(localhost|127\.|\[?::1\]?)/;

function rsyslog(subject: Subject, problems: SourceProblem[]): readonly Candidate[] {
  const { host } = subject;
  const paths = ["/etc/rsyslog.conf", ...confIn(subject, "/etc/rsyslog.d", problems)];
  return paths.flatMap((path) => {
    const text = readText(host, path, problems);
    return text === null ? [] : rsyslogTargets(text, path, problems);
  });
}

/** Old selectors (`*.* @@host`) and `omfwd`, `omrelp` and the like of the newer syntax, which may span lines. */
export function rsyslogTargets(text: string, path: string, problems: SourceProblem[]): readonly Candidate[] {
  const found: Candidate[] = [];
  const add = (what: string, line: number): void => {
    found.push({ what: `rsyslog to ${what}`, span: lineSpan(path, line), unit: "rsyslog.service" });
  };
  let action: { text: string; line: number } | null = null;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/(^|\s)#.*$/, "").trim();
    if (line === "") continue;
    if (action === null && /\baction\s*\(/i.test(line)) action = { text: "", line: index + 1 };
    if (action !== null) {
      action.text += ` ${line}`;
      if (action.text.length > 64 * 1024) break;
      if (!line.includes(")")) continue;
      const target = actionTarget(action.text);
      if (target !== null) add(target, action.line);
      action = null;
      continue;
    }
    const [, target = ""] = /^[^\s@]+\s+(@@?(?:\([^)]*\))?[^\s;]+|:omrelp:[^\s;]+)/.exec(line) ?? [];
    const hostPart = target.replace(/^@@?(\([^)]*\))?|^:omrelp:/, "");
    if (target !== "" && !IP_LOCAL.test(hostPart)) add(target, index + 1);
    else if (target === "" && !isRsyslogLine(line))
      problems.push({ span: lineSpan(path, index + 1), reason: "no line rsyslog would take" });
  }
  if (action !== null)
    problems.push({ span: lineSpan(path, action.line), reason: "an action that does not end" });
  return found;
}

const REMOTE_MODULES =
  /\btype\s*=\s*"(omfwd|omrelp|omelasticsearch|omhttp|omkafka|omgssapi|omamqp1|omhiredis)"/i;

function actionTarget(text: string): string | null {
  const module = REMOTE_MODULES.exec(text)?.[1];
  if (module === undefined) return null;
  const target = /\b(?:target|server|host|broker)\s*=\s*\[?\s*"([^"]*)"/i.exec(text)?.[1] ?? "";
  return target === "" || IP_LOCAL.test(target) ? null : `${target} (${module.toLowerCase()})`;
}

/** Directives, selectors with a local action, and pieces of the newer syntax; garbage is told from them roughly. */
function isRsyslogLine(line: string): boolean {
  return (
    /^\$\w+/.test(line) ||
    /^[\w*.,;=!-]+\s+\S/.test(line) ||
    /^(module|input|action|global|main_queue|template|ruleset|if|else|then|set|call|stop|include|property|list|lookup_table|parser|timezone|dyn_stats|foreach|unset|reset|continue|load|constant)\b/i.test(
      line,
    ) ||
    /^[:&~\-+!]/.test(line) ||
    /^[{})\]]+$/.test(line) ||
    /^[\w.]+\s*=\s*/.test(line)
  );
}

function syslogNg(subject: Subject, problems: SourceProblem[]): readonly Candidate[] {
  const paths = ["/etc/syslog-ng/syslog-ng.conf", ...confIn(subject, "/etc/syslog-ng/conf.d", problems)];
  return paths.flatMap((path) => {
    const text = readText(subject.host, path, problems);
    if (text === null) return [];
    return lines(text).flatMap(([line, number]) => {
      const [, driver = "", target = ""] =
        /\b(network|syslog|tcp6?|udp6?|http|elasticsearch-http|kafka|relp)\s*\(\s*(?:(?:url|ip)\s*\(\s*)?"([^"]+)"/.exec(
          line,
        ) ?? [];
      if (target === "" || IP_LOCAL.test(target)) return [];
      return [
        {
          what: `syslog-ng to ${target} (${driver})`,
          span: lineSpan(path, number),
          unit: "syslog-ng.service",
        },
      ];
    });
  });
}

function journalUpload(subject: Subject, problems: SourceProblem[]): readonly Candidate[] {
  const path = "/etc/systemd/journal-upload.conf";
  const text = readText(subject.host, path, problems);
  return lines(text ?? "").flatMap(([line, number]) => {
    const url = /^URL\s*=\s*(\S+)/.exec(line)?.[1];
    if (url === undefined) return [];
    return [
      {
        what: `journal-upload to ${url}`,
        span: lineSpan(path, number),
        unit: "systemd-journal-upload.service",
      },
    ];
  });
}

/** Plugins of audit's dispatcher: `active = yes`, and for those that only hand on to syslog nothing is found here. */
function auditPlugins(subject: Subject, problems: SourceProblem[]): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const folder of ["/etc/audit/plugins.d", "/etc/audisp/plugins.d"])
    for (const path of confIn(subject, folder, problems)) {
      const settings = pluginSettings(subject, path, problems);
      const active = settings.get("active");
      const program = settings.get("path");
      if (active === undefined || program === undefined || parseBoolean(active.value) !== true) continue;
      const name = program.value.slice(program.value.lastIndexOf("/") + 1);
      if (name !== "audisp-remote") continue;
      if (!hasRemoteServer(subject, problems)) continue;
      found.push({ what: `auditd's plugin ${name}`, span: active.span, unit: "auditd.service" });
    }
  return found;
}

function hasRemoteServer(subject: Subject, problems: SourceProblem[]): boolean {
  return ["/etc/audit/audisp-remote.conf", "/etc/audisp/audisp-remote.conf"].some((path) => {
    const server = pluginSettings(subject, path, problems).get("remote_server");
    return server !== undefined && !IP_LOCAL.test(server.value);
  });
}

function pluginSettings(
  subject: Subject,
  path: string,
  problems: SourceProblem[],
): ReadonlyMap<string, { readonly value: string; readonly span: Span }> {
  const text = readText(subject.host, path, problems);
  const settings = new Map<string, { value: string; span: Span }>();
  for (const [line, number] of lines(text ?? "")) {
    const [, name = "", value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === "") problems.push({ span: lineSpan(path, number), reason: "not of the form name = value" });
    else settings.set(name.toLowerCase(), { value: value.trim(), span: lineSpan(path, number) });
  }
  return settings;
}

interface Agent {
  readonly name: string;
  readonly unit: string;
  readonly path: string;
  /** A line that says where records go. */
  readonly target: RegExp;
}

const AGENTS: readonly Agent[] = [
  {
    name: "Filebeat",
    unit: "filebeat.service",
    path: "/etc/filebeat/filebeat.yml",
    target: /^output\.(?!file|console)\w+:/,
  },
  {
    name: "Auditbeat",
    unit: "auditbeat.service",
    path: "/etc/auditbeat/auditbeat.yml",
    target: /^output\.(?!file|console)\w+:/,
  },
  {
    name: "Fluent Bit",
    unit: "fluent-bit.service",
    path: "/etc/fluent-bit/fluent-bit.conf",
    target:
      /^Name\s+(forward|http|es|opensearch|splunk|loki|syslog|kafka|s3|cloudwatch_logs|datadog|stackdriver)\b/i,
  },
  {
    name: "Vector",
    unit: "vector.service",
    path: "/etc/vector/vector.yaml",
    target:
      /^type:\s*"?(http|elasticsearch|splunk_hec_logs|loki|socket|vector|kafka|aws_s3|aws_cloudwatch_logs|datadog_logs|syslog)\b/,
  },
  {
    name: "Promtail",
    unit: "promtail.service",
    path: "/etc/promtail/config.yml",
    target: /^-?\s*url:\s*\S+/,
  },
  {
    name: "Wazuh agent",
    unit: "wazuh-agent.service",
    path: "/var/ossec/etc/ossec.conf",
    target: /<address>\s*[^<\s]+\s*<\/address>/,
  },
  {
    name: "osquery",
    unit: "osqueryd.service",
    path: "/etc/osquery/osquery.flags",
    target: /^--logger_plugin=.*\b(tls|kafka_producer|aws_firehose|aws_kinesis)\b/,
  },
];

function agents(subject: Subject, problems: SourceProblem[]): readonly Candidate[] {
  return AGENTS.flatMap(({ name, unit, path, target }) => {
    const text = readText(subject.host, path, problems);
    if (text === null) return [];
    const hit = lines(text).find(([line]) => target.test(line));
    return hit === undefined ? [] : [{ what: name, span: lineSpan(path, hit[1]), unit }];
  });
}

/** Trimmed lines that are neither empty nor comments, with their numbers. */
function lines(text: string): readonly (readonly [string, number])[] {
  return text
    .split("\n")
    .map((line, index) => [line.trim(), index + 1] as const)
    .filter(([line]) => line !== "" && !line.startsWith("#") && !line.startsWith(";"));
}

function confIn({ host }: Subject, folder: string, problems: SourceProblem[]): readonly string[] {
  return namesIn(host, folder, problems)
    .filter((name) => name.endsWith(".conf"))
    .map((name) => `${folder}/${name}`);
}
