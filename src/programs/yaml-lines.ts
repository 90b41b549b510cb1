/** YAML as far as settings of programs need it: a key a line, lists, and text in blocks. No anchors, no documents. */

export interface YamlLine {
  /** Blanks before the key, those of list marks among them. */
  readonly indent: number;
  readonly isItem: boolean;
  /** `null` for a plain item of a list. */
  readonly key: string | null;
  /** Without quotes; the whole text of a block (`|`, `>`). */
  readonly value: string;
  /** Where the line begins in the text. */
  readonly at: number;
  readonly length: number;
}

const MOST_LINES = 4096;
const LINE = /^( *)((?:- +)*)(?:["']?([\w./-]+)["']?[ \t]*:(?=[ \t]|$)[ \t]*)?(.*)$/;

export function yamlLines(text: string): readonly YamlLine[] {
  const found: YamlLine[] = [];
  const lines = text.split("\n", MOST_LINES);
  let at = 0;
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? "").slice(0, 4096);
    const start = at;
    at += (lines[index] ?? "").length + 1;
    const [, blanks = "", marks = "", key, rest = ""] = LINE.exec(line) ?? [];
    if (/^\s*(#|---|$)/.test(line)) continue;
    const indent = blanks.length + marks.length;
    const block: string[] = [];
    if (/^[|>][-+\d]*\s*$/.test(rest))
      while (index + 1 < lines.length && /^\s*$/.test((lines[index + 1] ?? "").slice(0, blanks.length + 1))) {
        index += 1;
        block.push((lines[index] ?? "").trim());
        at += (lines[index] ?? "").length + 1;
      }
    const value = block.length > 0 ? block.join("\n") : unquoted(rest);
    found.push({ indent, isItem: marks !== "", key: key ?? null, value, at: start, length: line.length });
  }
  return found;
}

/** The lines that belong to the one at `index`: deeper ones, and items of a list as deep. */
export function below(lines: readonly YamlLine[], index: number): readonly YamlLine[] {
  const { indent = 0 } = lines[index] ?? {};
  const rest = lines.slice(index + 1);
  const end = rest.findIndex((line) => line.indent <= indent);
  return end < 0 ? rest : rest.slice(0, end);
}

/** A list written in one line: `["-c", run, 'x']`. */
export function flowList(value: string): readonly string[] {
  if (!value.startsWith("[")) return [];
  return [...value.slice(0, 4096).matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,[\]"']+)/g)].map(
    ([, double, single, plain]) => double?.replace(/\\(.)/g, "$1") ?? single ?? plain ?? "",
  );
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  const quoted = /^(["'])(.*)\1$/.exec(trimmed)?.[2];
  return quoted ?? trimmed.replace(/\s#.*$/, "");
}
