import type { ParameterExpansionPart, Word } from "unbash";
import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { known, unknown, type Value } from "./value.ts";

/** `${name…}` with its operation (bash(1), Parameter Expansion), where the outcome can be known. */
export function transformed(
  frame: Frame,
  part: ParameterExpansionPart,
  span: Span,
  operand: (word: Word) => Value,
): Value {
  const value = baseValue(frame, part, span);
  const { operation } = part;
  if (part.prefix === "#")
    return value.complete ? known(String(value.text.length), span) : unknown(part.text, span);
  if (operation === undefined) return value;
  if (operation.type === "Default")
    return defaulted(frame, part, operation.operator, operand(operation.operand), value);
  if (!value.complete) return unknown(part.text, span, value.taint);
  switch (operation.type) {
    case "Slice":
      return sliced(part, value, operation.offset.value, operation.length?.value, span);
    case "Replace": {
      const pattern = operand(operation.pattern);
      const replacement = operand(operation.replacement);
      if (!pattern.complete || !replacement.complete || pattern.text === "" || /[*?[]/.test(pattern.text)) {
        return unknown(part.text, span, value.taint);
      }
      return {
        ...value,
        source: null,
        text: replaced(value.text, operation.operator, pattern.text, replacement.text),
      };
    }
    case "CaseModification":
      return { ...value, source: null, text: recased(value.text, operation.operator) };
    case "Remove": {
      const pattern = operand(operation.operand);
      const text =
        pattern.complete || !pattern.text.includes("$")
          ? trimmed(value.text, operation.operator, pattern.text)
          : null;
      return text === null ? unknown(part.text, span, value.taint) : { ...value, source: null, text };
    }
    default:
      return unknown(part.text, span, value.taint);
  }
}

function baseValue(frame: Frame, part: ParameterExpansionPart, span: Span): Value {
  const name = part.parameter;
  const direct = plain(frame, name, part, span);
  if (part.prefix !== "!" || !direct.complete) return direct;
  return plain(frame, direct.text, part, span);
}

function plain(frame: Frame, name: string, part: ParameterExpansionPart, span: Span): Value {
  if (/^[0-9]+$/.test(name)) return frame.scope.positional[Number(name)] ?? unknown(part.text, span);
  const variable = frame.scope.variables.get(name);
  if (variable === undefined) return name === "IFS" ? known(" ", span) : unknown(part.text, span);
  const { others } = variable;
  if (others.length > 0) frame.scope.choices = Math.max(frame.scope.choices, others.length + 1);
  const chosen =
    frame.scope.choice === 0 ? undefined : others[Math.min(frame.scope.choice, others.length) - 1];
  return chosen ?? variable.elements[0] ?? known("", span);
}

function defaulted(
  frame: Frame,
  part: ParameterExpansionPart,
  operator: string,
  fallback: Value,
  value: Value,
): Value {
  const set = frame.scope.variables.has(part.parameter) && (value.text !== "" || !operator.startsWith(":"));
  if (operator.endsWith("+")) return set ? fallback : { ...fallback, complete: false };
  if (set) return value;
  // Positional parameters and the caller's environment are unknown; the written default is the best reading.
  return operator.endsWith("?") ? value : fallback;
}

function sliced(
  part: ParameterExpansionPart,
  value: Value,
  offset: string,
  length: string | undefined,
  span: Span,
): Value {
  const from = Number(offset.trim());
  const count = length === undefined ? value.text.length : Number(length.trim());
  if (!Number.isInteger(from) || !Number.isInteger(count)) return unknown(part.text, span, value.taint);
  const start = from < 0 ? value.text.length + from : from;
  const end = count < 0 ? value.text.length + count : start + count;
  return { ...value, source: null, text: value.text.slice(Math.max(0, start), Math.max(0, end)) };
}

function replaced(text: string, operator: string, pattern: string, replacement: string): string {
  if (operator === "//") return text.split(pattern).join(replacement).slice(0, 262_144);
  if (operator === "/#") return text.startsWith(pattern) ? replacement + text.slice(pattern.length) : text;
  if (operator === "/%") {
    return text.endsWith(pattern) ? text.slice(0, text.length - pattern.length) + replacement : text;
  }
  const at = text.indexOf(pattern);
  return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + pattern.length);
}

function recased(text: string, operator: string): string {
  if (operator === "^^") return text.toUpperCase();
  if (operator === ",,") return text.toLowerCase();
  const first = text.slice(0, 1);
  return (operator === "^" ? first.toUpperCase() : first.toLowerCase()) + text.slice(1);
}

/** `#`, `##`, `%`, `%%` with a literal, or a literal next to one `*`; other patterns are unknown. */
function trimmed(text: string, operator: string, pattern: string): string | null {
  const literal = pattern.replace("*", "");
  if (/[*?[\\]/.test(literal)) return null;
  if (pattern === literal) {
    if (operator.startsWith("#")) return text.startsWith(literal) ? text.slice(literal.length) : text;
    return text.endsWith(literal) ? text.slice(0, text.length - literal.length) : text;
  }
  if (operator.startsWith("#") && pattern.startsWith("*")) {
    const at = operator === "##" ? text.lastIndexOf(literal) : text.indexOf(literal);
    return at < 0 ? text : text.slice(at + literal.length);
  }
  if (operator.startsWith("%") && pattern.endsWith("*")) {
    const at = operator === "%%" ? text.indexOf(literal) : text.lastIndexOf(literal);
    return at < 0 ? text : text.slice(0, at);
  }
  return null;
}
