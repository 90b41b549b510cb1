import { type Parsed, parsed, problem } from "../parsed.ts";
import { expandSpecifiers, type SpecifierContext } from "../syntax/specifier.ts";
import { instantiate, parseUnitName } from "../syntax/unit-name.ts";

/**
 * The unit another unit's text means: specifiers replaced, and a template given the instance of the unit it is named
 * in, or that unit's prefix if it is no instance (`unit_name_printf()`, `resolve_template()`, src/core/unit.c).
 * Problems are placed within the text. While a template itself is looked at, its instance is unknown and a template
 * stays one.
 */
export function resolveUnitName(text: string, context: SpecifierContext): Parsed<string> {
  const expanded = expandSpecifiers(text, context, "name");
  if (!expanded.ok) return expanded;
  const parts = parseUnitName(expanded.value);
  if (parts === null) return notAName(expanded.value, text.length);
  const { unit } = context;
  if (parts.kind !== "template" || unit.kind === "template") return parsed(parts.name);
  const name = instantiate(parts.name, unit.instance ?? unit.prefix);
  return parseUnitName(name) === null ? notAName(name, text.length) : parsed(name);
}

function notAName(name: string, length: number): Parsed<string> {
  return problem("EINVAL", `'${name}' is no unit name`, 0, Math.max(1, length));
}
