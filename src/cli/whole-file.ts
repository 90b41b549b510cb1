/** Files that appear whole or not at all, even when the program is killed. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RunError } from "./command.ts";

/**
 * Writes beside the file and puts it in place at the end; a link there is replaced, not followed. A pipe or terminal
 * is written to as it is. `mode`: of a new file. Throws `RunError` with what the operator can mend.
 */
export function writeWholeFile(file: string, pieces: Iterable<string | Uint8Array>, mode: number): void {
  const isDirect = isStream(file);
  const temporary = isDirect ? null : join(dirname(file), `.${randomBytes(6).toString("hex")}.timerwarden`);
  try {
    const descriptor = openSync(temporary ?? file, isDirect ? "w" : "wx", mode);
    try {
      for (const piece of pieces) {
        let rest: Uint8Array = Buffer.from(piece);
        while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
      }
      if (!isDirect) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (temporary !== null) renameSync(temporary, file);
  } catch (error) {
    if (temporary !== null) rmSync(temporary, { force: true });
    const reason = reasonOf(error);
    throw reason === null ? error : new RunError(`cannot write ${file}: ${reason}`);
  }
}

/**
 * True for what a result flows into: `/dev/stdout`, a pipe of the shell (`>(jq .)`), a named pipe. Links elsewhere count
 * as files: whoever made one in a shared directory must not choose a device to be written to.
 */
function isStream(file: string): boolean {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  const isSystems = /^\/(?:dev|proc)\//.test(resolve(file));
  if (isLink && !isSystems) return false;
  const facts = statSync(file, { throwIfNoEntry: false });
  if (facts?.isDirectory()) throw new RunError(`cannot write ${file}: it is a directory`);
  if (facts?.isBlockDevice() || facts?.isSocket())
    throw new RunError(`cannot write ${file}: it is a device or socket`);
  return (isLink && isSystems) || (facts !== undefined && !facts.isFile());
}

/** `null` for what the system did not say: no fault of the place written to. */
function reasonOf(error: unknown): string | null {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return null;
  if (code === "ENOENT") return "its folder does not exist";
  if (code === "EACCES") return "permission denied";
  return message;
}
