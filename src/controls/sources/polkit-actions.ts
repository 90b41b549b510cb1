/** Defaults of polkit actions, from the packaged `.policy` files (polkit(8), "Declaring actions"). */
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem, wholeFile } from "./source-problem.ts";
import { elementsNamed, parseXml, type XmlElement } from "./xml.ts";

export interface PolkitAction {
  readonly id: string;
  /** For anyone, for somebody in an inactive session, for somebody at an active one. */
  readonly any: string;
  readonly inactive: string;
  readonly active: string;
  readonly span: Span;
}

export interface PolkitActions {
  /** False when there is no action directory: no polkit. */
  readonly present: boolean;
  readonly actions: ReadonlyMap<string, PolkitAction>;
  readonly problems: readonly SourceProblem[];
}

/** Later directories add; of one id the first file counts (`polkitbackendactionpool.c`). */
export const POLKIT_ACTION_DIRECTORIES = [
  "/etc/polkit-1/actions",
  "/run/polkit-1/actions",
  "/usr/local/share/polkit-1/actions",
  "/usr/share/polkit-1/actions",
] as const;

/** The files whose actions concern units and lingering. */
const FILES: ReadonlySet<string> = new Set([
  "org.freedesktop.systemd1.policy",
  "org.freedesktop.login1.policy",
]);

export function readPolkitActions({ host }: Pick<Subject, "host">): PolkitActions {
  const actions = new Map<string, PolkitAction>();
  const problems: SourceProblem[] = [];
  let present = false;
  for (const directory of POLKIT_ACTION_DIRECTORIES) {
    if (host.stat(directory).kind === "absent") continue;
    present = true;
    for (const name of namesIn(host, directory, problems)) {
      if (!FILES.has(name)) continue;
      const path = `${directory}/${name}`;
      const text = readText(host, path, problems);
      if (text === null) continue;
      for (const action of actionsIn(text, path, problems))
        if (!actions.has(action.id)) actions.set(action.id, action);
    }
  }
  return { present, actions, problems };
}

function actionsIn(text: string, path: string, problems: SourceProblem[]): readonly PolkitAction[] {
  const document = parseXml(text);
  if (!document.ok || document.value.name !== "policyconfig") {
    const reason = document.ok ? "not a polkit policy" : document.problem.message;
    problems.push({ span: wholeFile(path), reason });
    return [];
  }
  return elementsNamed(document.value, "action").flatMap((element) => {
    const id = element.attributes.get("id");
    const defaults = element.children.find(({ name }) => name === "defaults");
    if (id === undefined) return [];
    // What is not stated is refused (`polkitbackendactionpool.c`, `_cdata()`).
    const stated = (name: string): string => textOf(defaults, name) ?? "no";
    return [
      {
        id,
        any: stated("allow_any"),
        inactive: stated("allow_inactive"),
        active: stated("allow_active"),
        span: lineSpan(path, element.line),
      },
    ];
  });
}

function textOf(element: XmlElement | undefined, name: string): string | null {
  return element?.children.find((child) => child.name === name)?.text.trim() ?? null;
}
