import type { Call } from "./engine.ts";
import { workingDirectory } from "./paths.ts";
import type { Value } from "./value.ts";

/** Programs with an option that runs something or takes over another file's rights, and such options (GTFOBins). */
const OBEYS: ReadonlyMap<string, string> = new Map([
  ["tar", "--checkpoint-action=exec="],
  ["rsync", "-e"],
  ["zip", "-TT"],
  ["7z", "@"],
  ["7za", "@"],
  ["chown", "--reference="],
  ["chgrp", "--reference="],
  ["chmod", "--reference="],
  ["scp", "-oProxyCommand="],
]);

/** `cd DIR && tar czf x *`: files' names become words of the command, and one that begins with a dash its option. */
export function noteExpandedNames({ frame, name, args, span }: Call): void {
  const option = OBEYS.get(name);
  if (option === undefined) return;
  const end = args.findIndex(({ text }) => text === "--");
  if (!args.slice(0, end < 0 ? undefined : end).some(isBareWildcard)) return;
  const directory = workingDirectory(frame);
  if (directory === null) return;
  const says = `${name} takes the names of all files in ${directory} for its words, ${option}… among them.`;
  frame.session.say(frame, "expands-names", span, says, "high", { path: directory, program: name });
}

/** What the shell expands where it runs; quoted it would be known text, and `./*` begins no option. */
function isBareWildcard({ text, complete }: Value): boolean {
  return !complete && /^[*?][^/]*$/.test(text);
}
