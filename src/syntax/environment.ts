import { type Parsed, parsed, problem } from "../parsed.ts";
import { isValidText } from "./utf8.ts";
import { splitWords } from "./words.ts";

/** One variable of an environment, and where it was set: an offset or a line of the text it was read from. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Zero-based offset of the word (for `Environment=`), or of the name (for a file). */
  readonly at: number;
}

export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** A `NAME=value` word as a variable; null if it is none (`env_assignment_is_valid()`, src/basic/env-util.c). */
export function parseAssignment(word: string, at: number): Variable | null {
  const equals = word.indexOf("=");
  if (equals < 0 || !isVariableName(word.slice(0, equals))) return null;
  const value = word.slice(equals + 1);
  return isValidText(value) ? { name: word.slice(0, equals), value, at } : null;
}

type FileState =
  | "before-key"
  | "key"
  | "before-value"
  | "value"
  | "value-escape"
  | "single-quoted"
  | "double-quoted"
  | "double-quoted-escape"
  | "comment"
  | "comment-escape";

interface FileReader {
  state: FileState;
  key: string;
  value: string;
  at: number;
  /** Length of the value without the blanks at its end, -1 if it ends in none. */
  blankFrom: number;
  readonly variables: Variable[];
}

/**
 * The variables of an `EnvironmentFile=` in file order, later ones override earlier ones of the same name
 * (systemd.exec(5), `parse_env_file_internal()`, src/basic/env-file.c). Bad names are left out, as systemd does;
 * a NUL or invalid UTF-8 makes systemd refuse the whole file. Until 253 (`major`) a comment ending in a backslash
 * goes on in the next line.
 */
export function parseEnvironmentFile(text: string, major: number): Parsed<readonly Variable[]> {
  const nul = text.indexOf("\u0000");
  if (nul >= 0) return problem("EBADMSG", "environment file holds a NUL character", nul);
  const reader: FileReader = { state: "before-key", key: "", value: "", at: 0, blankFrom: -1, variables: [] };
  for (let at = 0; at < text.length; at++) step(reader, text[at] as string, at, major);
  if (IN_VALUE.has(reader.state)) push(reader, reader.state === "value");
  const bad = reader.variables.find(({ name, value }) => !isValidText(name) || !isValidText(value));
  if (bad !== undefined) return problem("EINVAL", "environment file is not valid UTF-8", bad.at);
  return parsed(reader.variables.filter(({ name }) => isVariableName(name)));
}

const IN_VALUE: ReadonlySet<FileState> = new Set([
  "before-value",
  "value",
  "value-escape",
  "single-quoted",
  "double-quoted",
  "double-quoted-escape",
]);

function step(reader: FileReader, character: string, at: number, major: number): void {
  switch (reader.state) {
    case "before-key":
      if (character === "#" || character === ";") reader.state = "comment";
      else if (!isBlank(character)) Object.assign(reader, { state: "key", key: character, at });
      return;
    case "key":
      if (isNewline(character)) reader.state = "before-key";
      else if (character === "=") Object.assign(reader, { state: "before-value", value: "", blankFrom: -1 });
      else reader.key += character;
      return;
    case "before-value":
    case "value":
      valueStep(reader, character);
      return;
    case "value-escape":
      reader.state = "value";
      if (!isNewline(character)) reader.value += character;
      return;
    case "single-quoted":
      if (character === "'") reader.state = "before-value";
      else reader.value += character;
      return;
    case "double-quoted":
      if (character === '"') reader.state = "before-value";
      else if (character === "\\") reader.state = "double-quoted-escape";
      else reader.value += character;
      return;
    case "double-quoted-escape":
      reader.state = "double-quoted";
      if ('"\\`$'.includes(character)) reader.value += character;
      else if (character !== "\n") reader.value += `\\${character}`;
      return;
    case "comment":
      if (character === "\\") reader.state = "comment-escape";
      else if (isNewline(character)) reader.state = "before-key";
      return;
    case "comment-escape":
      reader.state = major >= 254 && isNewline(character) ? "before-key" : "comment";
  }
}

function valueStep(reader: FileReader, character: string): void {
  if (isNewline(character)) {
    push(reader, reader.state === "value");
    reader.state = "before-key";
  } else if (character === "\\") {
    reader.state = "value-escape";
    reader.blankFrom = -1;
  } else if (reader.state === "before-value" && character === "'") reader.state = "single-quoted";
  else if (reader.state === "before-value" && character === '"') reader.state = "double-quoted";
  else if (reader.state === "before-value" && isBlank(character)) return;
  else {
    reader.state = "value";
    if (!isBlank(character)) reader.blankFrom = -1;
    else if (reader.blankFrom < 0) reader.blankFrom = reader.value.length;
    reader.value += character;
  }
}

function push(reader: FileReader, cutBlanks: boolean): void {
  const { key, value, at, blankFrom } = reader;
  const kept = cutBlanks && blankFrom >= 0 ? value.slice(0, blankFrom) : value;
  reader.variables.push({ name: key.replace(/[ \t]+$/, ""), value: kept, at });
}

function isNewline(character: string): boolean {
  return character === "\n" || character === "\r";
}

function isBlank(character: string): boolean {
  return character === " " || character === "\t" || isNewline(character);
}

/**
 * An argument vector with variables put in, as at execution without the prefix `:` (systemd.service(5), "Command
 * lines", `replace_env_argv()`, src/basic/env-util.c): a word that is exactly `$NAME` becomes the words of the value,
 * `${NAME}` is replaced anywhere, `$$` is `$`, and `$NAME` inside a longer word stays.
 */
export function expandVariables(argv: readonly string[], environment: ReadonlyMap<string, string>): string[] {
  return argv.flatMap((word) => {
    if (word.startsWith("$") && word[1] !== "{" && word[1] !== "$") {
      const value = environment.get(word.slice(1));
      return value === undefined ? [] : wordsOf(value);
    }
    return [replaceBraced(word, environment)];
  });
}

/** `${NAME}` replaced, `$$` as `$`, everything else as it stands (`replace_env()`). */
function replaceBraced(word: string, environment: ReadonlyMap<string, string>): string {
  return word.replace(/\$\$|\$\{([^}]*)\}/g, (match, name: string | undefined) =>
    match === "$$" ? "$" : (environment.get(name ?? "") ?? ""),
  );
}

/** The words of a variable's value; a quote left open reaches to the end. */
function wordsOf(value: string): string[] {
  const words = splitWords(value, "variable");
  return words.ok ? words.value.map(({ text }) => text) : [value];
}
