/** man(7), the part that manual pages of commands need; groff and mandoc read it without a warning. */

/** One page in the making; every text is taken literally. */
export class ManPage {
  #lines: string[];

  /** `date` as `2026-11-23`; `section` as `1`. */
  constructor(name: string, section: string, date: string, source: string, manual: string) {
    const [title, origin, book] = [name.toUpperCase(), source, manual].map(macroArgument);
    this.#lines = [`.TH ${title} ${section} ${date} ${origin} ${book}`];
  }

  section(title: string): this {
    return this.#add(`.SH ${macroArgument(title)}`);
  }

  subsection(title: string): this {
    return this.#add(`.SS ${macroArgument(title)}`);
  }

  /** A paragraph; words between `*` are bold. */
  paragraph(text: string): this {
    const previous = this.#lines.at(-1) ?? "";
    if (!/^\.S[HS] /.test(previous)) this.#add(".PP");
    return this.#add(...filled(text));
  }

  /** A term with its explanation. */
  term(term: string, text: string): this {
    return this.#add(".TP", guarded(marked(term)), ...filled(text));
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  #add(...lines: readonly string[]): this {
    this.#lines.push(...lines);
    return this;
  }
}

const NAMED: Readonly<Record<string, string>> = {
  "\\": "\\(rs",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  '"': "\\(dq",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** ASCII only, and nothing that roff would read as its own; line breaks become blanks. */
function escaped(text: string): string {
  return text
    .replace(/\s/g, " ")
    .replace(/[\\'`"^~-]/g, (character) => NAMED[character] ?? character)
    .replace(/[^\x20-\x7e]/gu, (character) => {
      const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
      return `\\[u${code}]`;
    });
}

/** `*bold*` where a star opens before a word; all else literal. */
function marked(text: string): string {
  return text
    .split(/(?<![^\s(])\*([^*\s](?:[^*]*[^*\s])?)\*(?![^\s,.;:()=[])/)
    .map((part, at) => (at % 2 === 1 ? `\\fB${escaped(part)}\\fR` : escaped(part)))
    .join("");
}

/** Input lines of at most 80 bytes where blanks allow it. */
function filled(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of marked(text).split(" ")) {
    const line = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && line.length < 80) lines.splice(-1, 1, line);
    else lines.push(word);
  }
  return lines.map(guarded);
}

/** A line that begins with a control character is text all the same. */
function guarded(line: string): string {
  return /^[.]/.test(line) ? `\\&${line}` : line;
}

function macroArgument(text: string): string {
  return `"${escaped(text)}"`;
}
