/** `-o FORMAT[=FILE]`: where a result goes and in which format. */
import { nearest } from "../nearest.ts";
import type { Arguments } from "./arguments.ts";
import { type OptionTable, type Streams, UsageError } from "./command.ts";
import { writeWholeFile } from "./whole-file.ts";

export interface Output {
  readonly format: string;
  /** `null` for standard output. */
  readonly file: string | null;
}

export const OUTPUT_OPTIONS = {
  output: {
    type: "string",
    short: "o",
    multiple: true,
    value: "FORMAT[=FILE]",
    does: "the format, and where to write it (may be given again)",
    group: "output",
  },
  format: { type: "string", multiple: true, value: "FORMAT", does: "the same as -o", group: "output" },
  json: { type: "boolean", does: "the same as -o json", group: "output" },
} as const satisfies OptionTable;

/** The outputs asked for; the first of `formats` to standard output when none was. */
export function outputsOf(args: Arguments, formats: readonly string[]): readonly Output[] {
  const texts = [...args.texts("output"), ...args.texts("format"), ...(args.flag("json") ? ["json"] : [])];
  const outputs = (texts.length > 0 ? texts : formats.slice(0, 1)).map((text) => {
    const [format = "", ...file] = text.split("=");
    if (!formats.includes(format)) {
      const meant = nearest(format, formats);
      throw new UsageError(
        `unknown format ${JSON.stringify(format)}${meant ? `; did you mean ${meant}?` : ""} (one of: ${formats.join(" ")})`,
      );
    }
    return { format, file: file.length > 0 ? file.join("=") : null };
  });
  if (outputs.filter(({ file }) => file === null).length > 1)
    throw new UsageError("only one format can go to standard output; give the others a file: -o json=FILE");
  return outputs;
}

/** Writes a finished result. A file appears whole or not at all, even when the program is killed. */
export function writeOutput(
  { format, file }: Output,
  text: string | Iterable<string>,
  streams: Streams,
): void {
  const pieces = typeof text === "string" ? [text] : inLargePieces(text);
  if (file === null) {
    for (const piece of pieces) streams.out(piece);
    return;
  }
  // A bundle holds what only root may read.
  writeWholeFile(file, pieces, format === "bundle" ? 0o600 : 0o644);
}

/** Small pieces joined until a write is worth its while; a large result never stands in memory as one text. */
function* inLargePieces(pieces: Iterable<string>): Generator<string> {
  let held = "";
  for (const piece of pieces) {
    held += piece;
    if (held.length < 65_536) continue;
    yield held;
    held = "";
  }
  if (held !== "") yield held;
}
