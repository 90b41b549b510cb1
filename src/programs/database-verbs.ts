import type { Call, Handler } from "./engine.ts";
import { option, optionSpec, readOptions } from "./options.ts";
import { autostartPlace } from "./places.ts";
import { unknown, type Value } from "./value.ts";

/** `drop database $d` in a loop over all of them; a single named one is how a copy is refreshed. */
function client(call: Call): Value | null {
  const options = readOptions(call.args, optionSpec("ecDhPpUudSfFvo", ["--execute", "--command"]));
  const code = option(options, "e", "c", "--execute", "--command");
  const name = /\bdrop\s+(?:database|schema)\s+(?:if\s+exists\s+)?[`"']*([^\s;`"']+)/i.exec(
    code?.text ?? "",
  )?.[1];
  if (code === undefined || name === undefined || !/^[$`{]/.test(name)) return null;
  const { frame, span } = call;
  const says = `${call.name} drops every database that ${name} names.`;
  frame.session.say(frame, "destructive", span, says, "medium", { program: call.name });
  return null;
}

function dropdb(call: Call): Value | null {
  const [name] = readOptions(call.args, optionSpec("hpUW")).operands;
  if (name === undefined || name.complete || !name.text.startsWith("$")) return null;
  const { frame, span } = call;
  frame.session.say(
    frame,
    "destructive",
    span,
    `dropdb drops every database that ${name.text} names.`,
    "medium",
    {
      program: "dropdb",
    },
  );
  return null;
}

/** A dump on standard output: what it holds is everything. */
function dump({ span, name }: Call): Value {
  return unknown("", span, { kind: "file", span, path: `what ${name} prints` });
}

/** `redis-cli config set dir DIRECTORY`: the next save is a file there, whatever it is meant for. */
export function noteRedisFile({ frame, args, name, span }: Call): void {
  if (name !== "redis-cli" && name !== "valkey-cli") return;
  const words = args.map(({ text }) => text);
  const at = words.findIndex((word, index) => /^dir$/i.test(word) && /^set$/i.test(words[index - 1] ?? ""));
  const directory = at < 0 ? undefined : words[at + 1];
  const place =
    directory === undefined ? null : autostartPlace(`${directory.replace(/\/$/, "")}/authorized_keys`);
  if (directory === undefined || place === null) return;
  const says = `redis saves to ${directory}, ${place.says}.`;
  frame.session.say(frame, place.kind, span, says, "high", { path: directory });
}

/** Clients of databases, by name. */
export const DATABASE_VERBS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["mysql", client],
  ["mariadb", client],
  ["psql", client],
  ["dropdb", dropdb],
  ...["mysqldump", "mariadb-dump", "pg_dump", "pg_dumpall", "mongodump"].map((name): [string, Handler] => [
    name,
    dump,
  ]),
]);
