/** The system bus's policy (dbus-daemon(1)): which rules allow whom to own or call `org.freedesktop.systemd1`. */
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem, wholeFile } from "./source-problem.ts";
import { parseXml, type XmlElement } from "./xml.ts";

export interface BusRule {
  readonly allow: boolean;
  /** `default`, `mandatory`, `user anna`, `group staff`, `console`. */
  readonly context: string;
  /** The rule's own words: `send_destination` to its value. */
  readonly match: ReadonlyMap<string, string>;
  readonly span: Span;
}

export interface BusPolicy {
  /** False when the bus has no configuration here. */
  readonly present: boolean;
  /** Files in the order the bus reads them. */
  readonly files: readonly string[];
  readonly rules: readonly BusRule[];
  readonly problems: readonly SourceProblem[];
}

/** Read by `system.conf`: the packaged folder, the local one, and the local file (bus/system.conf.in). */
const DIRECTORIES = [
  "/usr/share/dbus-1/system.d",
  "/usr/local/share/dbus-1/system.d",
  "/etc/dbus-1/system.d",
];
const LOCAL = ["/etc/dbus-1/system.conf", "/etc/dbus-1/system-local.conf"];

export function readBusPolicy({ host }: Pick<Subject, "host">): BusPolicy {
  const problems: SourceProblem[] = [];
  const rules: BusRule[] = [];
  const files: string[] = [];
  const folders = DIRECTORIES.filter((directory) => host.stat(directory).kind !== "absent");
  const inFolders = folders.flatMap((directory) =>
    namesIn(host, directory, problems)
      .filter((name) => name.endsWith(".conf"))
      .map((name) => `${directory}/${name}`),
  );
  for (const path of [...inFolders, ...LOCAL]) {
    const text = readText(host, path, problems);
    if (text === null) continue;
    files.push(path);
    rules.push(...rulesIn(text, path, problems));
  }
  return { present: folders.length > 0 || files.length > 0, files, rules, problems };
}

function rulesIn(text: string, path: string, problems: SourceProblem[]): readonly BusRule[] {
  const document = parseXml(text);
  if (!document.ok || document.value.name !== "busconfig") {
    problems.push({
      span: wholeFile(path),
      reason: document.ok ? "not a bus configuration" : document.problem.message,
    });
    return [];
  }
  return document.value.children.flatMap((policy) => {
    if (policy.name !== "policy") return [];
    const context = contextOf(policy);
    return policy.children
      .filter(({ name }) => name === "allow" || name === "deny")
      .map(({ name, attributes, line }) => ({
        allow: name === "allow",
        context,
        match: attributes,
        span: lineSpan(path, line),
      }));
  });
}

function contextOf({ attributes }: XmlElement): string {
  const user = attributes.get("user");
  const group = attributes.get("group");
  if (user !== undefined) return `user ${user}`;
  if (group !== undefined) return `group ${group}`;
  return attributes.has("at_console") ? "console" : (attributes.get("context") ?? "default");
}
