import { spawnSync } from "node:child_process";
import * as v from "valibot";

/** One thing a manager wrote into the journal about a unit. */
export const JOURNAL_EVENT = v.object({
  /** Microseconds since 1970. */
  usec: v.number(),
  /** `system`, or `user:UID` (the journal knows numbers, not names). */
  scope: v.string(),
  unit: v.string(),
  kind: v.picklist(["starting", "started", "stopped", "failed", "succeeded", "process-exit", "resources"]),
  /** systemd's result word, such as `exit-code`; `null` where there is none. */
  result: v.nullable(v.string()),
  message: v.string(),
});

export type JournalEvent = Readonly<v.InferOutput<typeof JOURNAL_EVENT>>;

/** Message ids of src/systemd/sd-messages.h. */
const KINDS: ReadonlyMap<string, JournalEvent["kind"]> = new Map([
  ["7d4958e842da4a758f6c1cdc7b36dcc5", "starting"],
  ["39f53479d3a045ac8e11786248231fbf", "started"],
  ["9d1aaa27d60140bd96365438aad20286", "stopped"],
  ["be02cf6855d2428ba40df7e9d022f03d", "failed"],
  ["7ad2d189f7e94e70a38c781354912448", "succeeded"],
  ["d9b373ed55a64feb8242e02dbe79a49c", "failed"],
  ["98e322203f7a4ed290d09fe03c09fe15", "process-exit"],
  ["ae8f7b866b0347b9af31fe1c80b127c0", "resources"],
]);

export interface JournalOptions {
  /** Look no further back than this, microseconds since 1970. */
  readonly sinceUsec: number;
  /** Keep the newest so many. */
  readonly most?: number;
}

const MAX_EVENTS = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MESSAGE = 300;
const FIELDS = "MESSAGE_ID,MESSAGE,UNIT,USER_UNIT,UNIT_RESULT,_PID,_UID,_SYSTEMD_UNIT,_SYSTEMD_USER_UNIT";

/**
 * Starts, ends and failures of units, oldest first, as this machine's own `journalctl` tells them; `null` with the
 * reason when it cannot. It is the one program that is run, and only about the machine it runs on: the journal's
 * format, its compression and its access rules are systemd's own affair.
 */
export function readJournal({
  sinceUsec,
  most = MAX_EVENTS,
}: JournalOptions): { readonly events: readonly JournalEvent[] } | { readonly reason: string } {
  const matches = [...KINDS.keys()].map((id) => `MESSAGE_ID=${id}`);
  const { status, stdout, stderr, error } = spawnSync(
    "journalctl",
    [
      "--output=json",
      "--no-pager",
      "--quiet",
      "--merge",
      `--lines=${most}`,
      `--since=@${Math.floor(sinceUsec / 1e6)}`,
      `--output-fields=${FIELDS}`,
      ...matches,
    ],
    {
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" },
      timeout: 30_000,
      killSignal: "SIGKILL",
      maxBuffer: MAX_BYTES,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
    },
  );
  if (error !== undefined) {
    const { code } = error as NodeJS.ErrnoException;
    return { reason: code === "ENOENT" ? "there is no journalctl" : `journalctl: ${code ?? error.message}` };
  }
  if (status !== 0) return { reason: `journalctl: ${stderr.trim().split("\n")[0] ?? `status ${status}`}` };
  return { events: parseJournal(stdout) };
}

/** Lines of `journalctl -o json`. What a manager did not write itself is left out, however it calls itself. */
export function parseJournal(text: string): readonly JournalEvent[] {
  const events: JournalEvent[] = [];
  for (const line of text.split("\n")) {
    const event = line === "" ? null : eventOf(line);
    if (event !== null) events.push(event);
  }
  return events.sort((a, b) => a.usec - b.usec);
}

function eventOf(line: string): JournalEvent | null {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof fields !== "object" || fields === null) return null;
  const field = (name: string): string => {
    const value = (fields as Record<string, unknown>)[name];
    if (typeof value === "string") return value;
    // A field given twice, or one that is no text, comes as a list; the former's first value counts.
    return Array.isArray(value) && typeof value[0] === "string" ? value[0] : "";
  };
  const kind = KINDS.get(field("MESSAGE_ID"));
  const scope = writerOf(field);
  const unit = scope === "system" ? field("UNIT") : field("USER_UNIT");
  const usec = Number(field("__REALTIME_TIMESTAMP"));
  if (kind === undefined || scope === null || unit === "" || !Number.isSafeInteger(usec) || usec <= 0)
    return null;
  return {
    usec,
    scope,
    unit: unit.slice(0, MAX_MESSAGE),
    kind,
    result: field("UNIT_RESULT").slice(0, MAX_MESSAGE) || null,
    message: field("MESSAGE").slice(0, MAX_MESSAGE),
  };
}

/** Fields that begin with `_` are journald's own; the rest is whatever the sender claims (systemd.journal-fields(7)). */
function writerOf(field: (name: string) => string): string | null {
  if (field("_PID") === "1") return "system";
  const isUserManager = /^user@\d+\.service$/.test(field("_SYSTEMD_UNIT"));
  return isUserManager && field("_SYSTEMD_USER_UNIT") === "init.scope" ? `user:${field("_UID")}` : null;
}
