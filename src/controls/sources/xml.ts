/**
 * A small reader of XML as configuration files use it: elements, attributes, text, comments, CDATA, a DOCTYPE that is
 * skipped. Entities other than the five predefined ones and character references are left as written, and nothing is
 * ever fetched. Depth and count are bounded.
 */
import { type Parsed, parsed, problem } from "../../parsed.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text directly in it, joined. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly line: number;
  text: string;
}

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 20_000;
const NAME = /[A-Za-z_:][\w:.-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;

/** The root element; every tag must be closed by its own name. */
export function parseXml(text: string): Parsed<XmlElement> {
  const stack: Open[] = [{ name: "", attributes: new Map(), children: [], line: 1, text: "" }];
  const lines = lineCounter(text);
  let elements = 0;
  let at = 0;
  while (at < text.length) {
    const top = stack[stack.length - 1];
    if (top === undefined) return wrong(text, at, "a closing tag too many");
    const next = text.indexOf("<", at);
    top.text += unescapeXml(text.slice(at, next < 0 ? text.length : next));
    if (next < 0) break;
    at = next;
    const skipped = skip(text, at);
    if (skipped !== null) {
      if (skipped.end < 0) return wrong(text, at, "not closed");
      top.text += skipped.text;
      at = skipped.end;
      continue;
    }
    const closing = text[at + 1] === "/";
    NAME.lastIndex = at + (closing ? 2 : 1);
    const name = NAME.exec(text)?.[0];
    if (name === undefined) return wrong(text, at, "not a tag");
    if (closing) {
      const end = text.indexOf(">", NAME.lastIndex);
      const parent = stack[stack.length - 2];
      if (end < 0 || name !== top.name || parent === undefined)
        return wrong(text, at, `</${name}> closes nothing`);
      stack.pop();
      parent.children.push(top);
      at = end + 1;
      continue;
    }
    if (++elements > MAX_ELEMENTS || stack.length > MAX_DEPTH) return wrong(text, at, "too many elements");
    const attributes = new Map<string, string>();
    let from = NAME.lastIndex;
    for (;;) {
      ATTRIBUTE.lastIndex = from;
      const found = ATTRIBUTE.exec(text);
      if (found === null) break;
      attributes.set(found[1] ?? "", unescapeXml(found[2] ?? found[3] ?? ""));
      from = ATTRIBUTE.lastIndex;
    }
    while (/\s/.test(text[from] ?? "")) from++;
    const empty = text[from] === "/";
    if (text[from + (empty ? 1 : 0)] !== ">") return wrong(text, at, `<${name}> is not well formed`);
    const element: Open = { name, attributes, children: [], line: lines(at), text: "" };
    if (empty) top.children.push(element);
    else stack.push(element);
    at = from + (empty ? 2 : 1);
  }
  const [root] = stack;
  const element = root?.children[0];
  if (stack.length !== 1 || root === undefined) return wrong(text, at, "elements are left open");
  if (element === undefined || root.children.length > 1 || root.text.trim() !== "")
    return wrong(text, 0, "not one XML document");
  return parsed(element);
}

/** Comments, processing instructions, CDATA, DOCTYPE: where they end and what text they give. */
function skip(text: string, at: number): { readonly end: number; readonly text: string } | null {
  const until = (mark: string, from: number): number => {
    const found = text.indexOf(mark, from);
    return found < 0 ? -1 : found + mark.length;
  };
  if (text.startsWith("<!--", at)) return { end: until("-->", at + 4), text: "" };
  if (text.startsWith("<?", at)) return { end: until("?>", at + 2), text: "" };
  if (text.startsWith("<![CDATA[", at)) {
    const end = until("]]>", at + 9);
    return { end, text: end < 0 ? "" : text.slice(at + 9, end - 3) };
  }
  if (!text.startsWith("<!", at)) return null;
  const subset = text.indexOf("[", at);
  const end = until(">", at);
  return { end: subset >= 0 && subset < end ? until("]>", subset) : end, text: "" };
}

function wrong(text: string, at: number, says: string): ReturnType<typeof problem> {
  return problem("EBADMSG", `not well-formed XML: ${says}`, Math.min(at, Math.max(0, text.length - 1)));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
    if (point !== null) return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    return ENTITIES.get(name) ?? whole;
  });
}

/** Line numbers of offsets that only grow. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let seen = 0;
  return (at) => {
    for (let next = text.indexOf("\n", seen); next >= 0 && next < at; next = text.indexOf("\n", seen)) {
      line++;
      seen = next + 1;
    }
    return line;
  };
}

/** Every element of that name below, outermost first. */
export function elementsNamed(root: XmlElement, name: string): readonly XmlElement[] {
  const own = root.children.filter((child) => child.name === name);
  return [...own, ...root.children.flatMap((child) => elementsNamed(child, name))];
}
