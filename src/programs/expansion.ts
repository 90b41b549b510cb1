import type {
  CommandExpansionPart,
  ParameterExpansionPart,
  ParsedScript,
  ProcessSubstitutionPart,
  Word,
  WordPart,
} from "unbash";
import type { Span } from "../syntax/span.ts";
import { braceWords } from "./brace-expansion.ts";
import type { Frame, Variable } from "./engine.ts";
import { transformed } from "./parameters.ts";
import { partSource, type Source } from "./source.ts";
import { known, strongest, type Taint, unknown, type Value } from "./value.ts";

/** What an expansion needs of the shell that does it. */
export interface Expander {
  readonly frame: Frame;
  readonly source: Source;
  /** Runs the code of a substitution and returns what it prints. */
  substitute(script: ParsedScript): Value | null;
}

const MOST_FIELDS = 256;
const MOST_TEXT = 262_144;
/** Elements of an array or of the arguments that count as a step of code. */
const ELEMENTS_OF_STEP = 16;

/** Builds words: text, what is unknown in it, and where fields end. */
interface Builder {
  readonly fields: Value[];
  text: string;
  started: boolean;
  complete: boolean;
  taint: Taint | null;
  content: Value | null;
  expansions: number;
  literals: number;
  escapes: boolean;
}

/** The fields one word becomes (bash(1), EXPANSION), as far as static reading knows them. */
export function expandWord(expander: Expander, word: Word): Value[] {
  const words = braceWords(word);
  if (words === null) return fieldsOf(expander, word);
  const fields = words
    .flatMap((parts) => fieldsOf(expander, { ...word, value: word.text, parts }))
    .slice(0, MOST_FIELDS);
  const [first, ...rest] = fields;
  // Nobody needs braces for the name of a command but who wants no space in it.
  const isName = word.text.startsWith("{") && first?.complete === true && first.text !== "";
  return first !== undefined && isName ? [{ ...first, pieced: true }, ...rest] : fields;
}

function fieldsOf(expander: Expander, word: Word): Value[] {
  const { source } = expander;
  const span = source.place(word.pos, word.end - word.pos);
  if (word.parts === undefined) {
    const verbatim = word.text === word.value;
    const value = known(word.value, span, verbatim ? partSource(source, word.pos, word.text) : null);
    return [verbatim ? value : { ...value, pieced: splitByEscapes(word) }];
  }
  const whole = wholeLiteral(expander, word.parts, span);
  if (whole !== null) return [whole];
  const builder = newBuilder();
  for (const part of word.parts) addPart(expander, builder, part, span, false);
  finishField(builder, span);
  const fields = builder.fields.slice(0, MOST_FIELDS);
  const pieced = isPieced(builder, word);
  return pieced ? fields.map((field) => ({ ...field, pieced })) : fields;
}

/** One value however many fields: for assignments, redirections, and `[[ ]]`. */
export function expandJoined(expander: Expander, word: Word): Value {
  const fields = fieldsOf(expander, word);
  const [first] = fields;
  if (first === undefined) return known("", expander.source.place(word.pos, word.end - word.pos));
  if (fields.length === 1) return first;
  return {
    ...first,
    text: fields.map((field) => field.text).join(" "),
    complete: fields.every((field) => field.complete),
    source: null,
  };
}

/** The text of a here-document or a double-quoted string. */
export function expandParts(expander: Expander, parts: readonly WordPart[], span: Span): Value {
  const builder = newBuilder();
  for (const part of parts) addPart(expander, builder, part, span, true);
  builder.started = true;
  finishField(builder, span);
  return builder.fields[0] ?? known("", span);
}

function newBuilder(): Builder {
  return {
    fields: [],
    text: "",
    started: false,
    complete: true,
    taint: null,
    content: null,
    expansions: 0,
    literals: 0,
    escapes: false,
  };
}

/** A word that is one quoted string without expansions keeps the place of its text. */
function wholeLiteral(expander: Expander, parts: readonly WordPart[], span: Span): Value | null {
  const [part] = parts;
  if (parts.length !== 1 || part === undefined) return null;
  if (part.type === "SingleQuoted") {
    return known(part.value, span, partSource(expander.source, part.pos + 1, part.value));
  }
  if (part.type === "DoubleQuoted" && part.parts.length === 1) {
    const [inner] = part.parts;
    if (inner?.type !== "Literal") return null;
    const verbatim = inner.text === inner.value;
    return known(inner.value, span, verbatim ? partSource(expander.source, inner.pos, inner.value) : null);
  }
  return null;
}

function addPart(expander: Expander, builder: Builder, part: WordPart, span: Span, quoted: boolean): void {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
      builder.literals += 1;
      addText(builder, part.value);
      break;
    case "AnsiCQuoted":
      builder.literals += 1;
      builder.escapes ||= /\\(x|u|U|[0-7])/.test(part.text);
      addText(builder, part.value);
      break;
    case "DoubleQuoted":
    case "LocaleString":
      builder.started = true;
      for (const inner of part.parts) addPart(expander, builder, inner, span, true);
      break;
    case "SimpleExpansion":
      addVariable(expander, builder, part.text.slice(1), span, quoted);
      break;
    case "ParameterExpansion":
      addParameter(expander, builder, part, span, quoted);
      break;
    case "CommandExpansion":
      addSubstitution(expander, builder, part, span, quoted);
      break;
    case "ProcessSubstitution":
      addProcess(expander, builder, part);
      break;
    default:
      addText(builder, part.text);
      builder.complete = builder.complete && part.type === "Glob" && part.kind === "bracket";
  }
}

function addText(builder: Builder, text: string): void {
  builder.started = true;
  if (builder.text.length < MOST_TEXT) builder.text += text;
}

function addVariable(expander: Expander, builder: Builder, name: string, span: Span, quoted: boolean): void {
  builder.expansions += 1;
  const scope = expander.frame.scope;
  if (name === "@" || name === "*") {
    addElements(expander, builder, scope.positional.slice(1), quoted && name === "@", span);
    return;
  }
  const value = lookUp(expander.frame, name, span);
  addValue(builder, value, quoted, span);
}

/** A variable's value; unknown ones keep their name as text. */
function lookUp(frame: Frame, name: string, span: Span): Value {
  const { scope } = frame;
  if (/^[0-9]+$/.test(name)) return scope.positional[Number(name)] ?? missing(frame, name, span);
  if (name === "#") return known(String(Math.max(0, scope.positional.length - 1)), span);
  const variable = scope.variables.get(name);
  if (variable === undefined) return name === "IFS" ? known(" ", span) : unknown(`$${name}`, span);
  return alternative(frame, variable) ?? known("", span);
}

/** Code of a command line is given its arguments there: those it was not given are empty. */
function missing({ script }: Frame, name: string, span: Span): Value {
  return script === null && name !== "0" ? known("", span) : unknown(`$${name}`, span);
}

function alternative(frame: Frame, variable: Variable): Value | undefined {
  const { scope } = frame;
  if (variable.others.length > 0) scope.choices = Math.max(scope.choices, variable.others.length + 1);
  if (scope.choice === 0 || variable.others.length === 0) return variable.elements[0];
  return variable.others[Math.min(scope.choice, variable.others.length) - 1];
}

/** What `"$*"` puts between its parts: the first character of IFS (bash(1), Special Parameters). */
function separatorOf({ scope }: Frame): string {
  const separators = scope.variables.get("IFS")?.elements[0];
  return separators === undefined || !separators.complete ? " " : separators.text.slice(0, 1);
}

function addElements(
  { frame, source }: Expander,
  builder: Builder,
  elements: readonly Value[],
  apart: boolean,
  span: Span,
  separator = " ",
): void {
  const { path } = source.place(0, 0);
  elements.slice(0, MOST_FIELDS).forEach((element, index) => {
    if (index % ELEMENTS_OF_STEP === ELEMENTS_OF_STEP - 1) frame.session.spend(path);
    if (index > 0) {
      if (apart) finishField(builder, span);
      else addText(builder, separator);
    }
    addValue(builder, element, apart, span);
  });
}

function addValue(builder: Builder, value: Value, quoted: boolean, span: Span): void {
  builder.complete &&= value.complete;
  builder.taint = strongest(builder.taint, value.taint);
  if (value.content !== undefined) builder.content = value.content;
  if (quoted || !value.complete || !/[ \t\n]/.test(value.text)) {
    if (quoted || value.text !== "") addText(builder, value.text);
    return;
  }
  const pieces = value.text.split(/[ \t\n]+/, MOST_FIELDS);
  pieces.forEach((piece, index) => {
    if (index > 0) {
      finishField(builder, span);
      builder.taint = value.taint;
    }
    if (piece !== "") addText(builder, piece);
  });
}

function finishField(builder: Builder, span: Span): void {
  if (builder.started) {
    const { text, complete, taint, content } = builder;
    const field = { text, complete, span, taint, source: null };
    builder.fields.push(content === null ? field : { ...field, content });
  }
  builder.text = "";
  builder.started = false;
  builder.complete = true;
  builder.taint = null;
  builder.content = null;
}

function addParameter(
  expander: Expander,
  builder: Builder,
  part: ParameterExpansionPart,
  span: Span,
  quoted: boolean,
): void {
  builder.expansions += 1;
  const { frame } = expander;
  const elements = frame.scope.variables.get(part.parameter)?.elements;
  const index = part.index?.value;
  if (part.prefix === undefined && part.operation === undefined && index !== undefined) {
    if (index === "@" || index === "*") {
      if (elements === undefined) addValue(builder, unknown(part.text, span), quoted, span);
      else
        addElements(
          expander,
          builder,
          elements,
          quoted && index === "@",
          span,
          quoted ? separatorOf(frame) : " ",
        );
      return;
    }
    const element = /^[0-9]+$/.test(index) ? elements?.[Number(index)] : undefined;
    addValue(builder, element ?? unknown(part.text, span), quoted, span);
    return;
  }
  if (part.operation === undefined && (part.parameter === "@" || part.parameter === "*")) {
    addElements(expander, builder, frame.scope.positional.slice(1), quoted && part.parameter === "@", span);
    return;
  }
  const operand = (word: Word): Value => expandJoined(expander, word);
  addValue(builder, transformed(frame, part, span, operand), quoted, span);
}

function addSubstitution(
  expander: Expander,
  builder: Builder,
  part: CommandExpansionPart,
  span: Span,
  quoted: boolean,
): void {
  builder.expansions += 1;
  const printed = part.script === undefined ? null : expander.substitute(part.script);
  const value = printed?.complete
    ? { ...printed, text: printed.text.replace(/\n{1,64}$/, "") }
    : unknown(part.text, span, printed?.taint ?? null);
  addValue(builder, value, quoted, span);
}

function addProcess(expander: Expander, builder: Builder, part: ProcessSubstitutionPart): void {
  const printed = part.script === undefined ? null : expander.substitute(part.script);
  addText(builder, part.text);
  builder.complete = false;
  builder.content = part.operator === "<" ? printed : null;
}

/** `c\url`: a backslash before a letter inside a name; a leading one (`\rm`) only skips aliases. */
function splitByEscapes(word: Word): boolean {
  return /^[\w./-]+$/.test(word.value) && word.text.indexOf("\\", 1) > 0 && !word.text.includes("\n");
}

/** `"/root/.acme.sh"/acme.sh`: quotes around whole components hide nothing. */
function joinsAtSlashes(parts: readonly WordPart[]): boolean {
  const texts = parts.map((part) => ("value" in part ? String(part.value) : part.text.replace(/^"|"$/g, "")));
  return texts.every((text, at) => at === 0 || text.startsWith("/") || (texts[at - 1] ?? "").endsWith("/"));
}

/** `'b''u'n`, `$'\x63url'`, `"$a$b"`: pieces without a path separator between them. */
function isPieced(builder: Builder, word: Word): boolean {
  const value = builder.fields[0];
  if (value === undefined || !value.complete || !/^[\w./-]{2,64}$/.test(value.text)) return false;
  if (builder.expansions === 0)
    return builder.escapes || (builder.literals >= 2 && !joinsAtSlashes(word.parts ?? []));
  return builder.expansions >= 2 && !/[/._-]/.test(word.value) && value.text.length <= 24;
}
