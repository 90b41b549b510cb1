import { unreadable } from "./host.ts";

const WORDS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "Permission denied."],
  ["EPERM", "Operation not permitted."],
  ["EINVAL", "Not a symbolic link."],
  ["EIO", "The device failed to read it."],
  ["EISDIR", "A directory, where a file was expected."],
  ["ELOOP", "Too many symbolic links, or a loop of them."],
  ["EMFILE", "Too many files are open."],
  ["ENAMETOOLONG", "The name is too long."],
  ["ENOMEM", "Not enough memory."],
  ["ENOTDIR", "Not a directory."],
  ["ENXIO", "Not a regular file: a FIFO, socket, or device is never opened."],
  ["EAGAIN", "Nothing to read without waiting."],
  ["ESTALE", "The network file system lost it."],
]);

/** An unreadable thing by its errno name, in plain words. */
export function unreadableCode(code: string): {
  readonly kind: "unreadable";
  readonly code: string;
  readonly reason: string;
} {
  return unreadable(code, WORDS.get(code) ?? `The system answered ${code}.`);
}
