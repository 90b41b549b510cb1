import { assess } from "../../controls/assess.ts";
import { subjectOf } from "../../controls/subject.ts";
import type { Host } from "../../hosts/host.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import { follow, followable } from "../../live/this-machine.ts";
import { type AcceptanceRecord, openAcceptances } from "../../policy/acceptance.ts";
import { judge } from "../../rules/judge.ts";
import { ALL_RULES } from "../../rules/memory-rules.ts";
import type { Rule } from "../../rules/rule.ts";
import { readBundle, type WebBundle } from "../../server/bundle.ts";
import { listen } from "../../server/listen.ts";
import { snapshotOf } from "../../server/snapshot.ts";
import { type Scan, type WatchedTarget, watchTarget } from "../../server/watched-target.ts";
import { zoneView } from "../../server/zone-view.ts";
import { type Arguments, parseCommand } from "../arguments.ts";
import { type Command, RunError, type Streams, UsageError } from "../command.ts";
import { inspect } from "../inspect.ts";
import { acceptancesOf, ownRulesOf, POLICY_OPTIONS } from "../policy-files.ts";
import { openOne, TARGET_OPTIONS } from "../target.ts";

export const serve: Command = {
  name: "serve",
  summary: "The dashboard in a browser of this machine, live",
  usage: "timerwarden serve [TARGET…] [options]",
  examples: [
    { line: "timerwarden serve", does: "this host; open the link it prints" },
    { line: "timerwarden serve root:/mnt/a web.tar.gz", does: "several targets at once" },
    { line: "timerwarden serve --port 4711", does: "a port that stays the same, for ssh -L" },
  ],
  operands: [["TARGET"]],
  options: {
    port: { type: "string", value: "PORT", does: "this port of 127.0.0.1 (default: any free one)" },
    ...POLICY_OPTIONS,
    ...TARGET_OPTIONS,
  },

  async run(args, streams) {
    const given = parseCommand(this, args, streams.env);
    const port = portOf(given);
    const bundle = builtPage();
    const policy = {
      rules: [...ALL_RULES, ...(await ownRulesOf(given))],
      decisions: acceptancesOf(given, streams.env),
    };
    const targets: WatchedTarget[] = [];
    try {
      for (const name of targetsOf(given))
        targets.push(
          await watchTarget({
            name: name ?? "host:",
            scan: () => scan(name, given, policy, streams),
            follow,
            onProblem: (message) => streams.err(`timerwarden: ${name ?? "host:"}: ${message}\n`),
          }),
        );
      const server = await listen(targets, bundle, port).catch((error: NodeJS.ErrnoException) => {
        throw new RunError(`cannot listen on 127.0.0.1:${port}: ${error.message}`);
      });
      streams.out(`${server.url}\n`);
      streams.err("timerwarden: open this link in a browser of this machine; it works once. Ctrl-C ends.\n");
      await interrupted();
      await server.close();
      return 0;
    } finally {
      for (const target of targets) target.close();
    }
  },
};

/** Read once: rules and decisions that change while the server runs count from its next start. */
interface Policy {
  readonly rules: readonly Rule[];
  readonly decisions: readonly AcceptanceRecord[];
}

function targetsOf(given: Arguments): readonly (string | null)[] {
  const root = given.text("root");
  const named = [...given.positionals, ...(root === null ? [] : [`root:${root}`])];
  return named.length === 0 ? [null] : named;
}

function portOf(given: Arguments): number {
  const text = given.text("port") ?? "0";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (port > 65_535) throw new UsageError(`--port: a number up to 65535, not ${JSON.stringify(text)}`);
  return port;
}

function builtPage(): WebBundle {
  try {
    return readBundle();
  } catch (error) {
    throw new RunError(`the dashboard's page was not built: ${(error as Error).message}`);
  }
}

/** One look at one target. The option `--root` is a target here, and no longer an option. */
async function scan(name: string | null, given: Arguments, policy: Policy, streams: Streams): Promise<Scan> {
  const own: Arguments = { ...given, text: (option) => (option === "root" ? null : given.text(option)) };
  // It is looked at again and again: nobody wants the steps of that drawn.
  const opened = await openOne(name === null ? [] : [name], own, { ...streams, errIsTerminal: false });
  const today = new Date(opened.nowUsec / 1000).toISOString().slice(0, 10);
  return await inspect(opened, (inventory, live) => {
    const { accept } = openAcceptances(policy.decisions, inventory.host, today);
    return {
      snapshot: snapshotOf(inventory, judge(inventory, { rules: policy.rules, accept }), {
        target: name,
        scanned: new Date().toISOString(),
        assessment: assess(subjectOf(inventory)),
        journal: live?.journal ?? [],
      }),
      directories: directoriesOf(inventory),
      managers: followable(inventory.host, inventory.accounts, live),
      zone: (wanted) => {
        const zone = opened.zones.zone(wanted);
        return zone === null ? null : zoneView(zone);
      },
    };
  });
}

/** Where units and jobs lie, as this machine names the directories; none for archives. */
function directoriesOf({ host, managers, timers }: Inventory): readonly string[] {
  const root = rootOf(host);
  if (root === null) return [];
  const wanted = [
    ...managers.flatMap(({ searchPath }) => searchPath.map(({ path }) => path)),
    ...timers.flatMap(({ loaded }) => loaded.dropIns.map(({ path }) => path.replace(/\/[^/]*$/, ""))),
    "/etc/systemd/system/timers.target.wants",
    "/var/lib/systemd/timers",
    "/etc",
    "/etc/cron.d",
    "/var/spool/cron/crontabs",
  ];
  const real = wanted.flatMap((path) => {
    const found = host.realPath(path);
    return found.kind === "present" ? [found.value] : [];
  });
  return [...new Set(real)].map((path) => `${root}${path}`);
}

function rootOf({ live, target }: Host): string | null {
  if (live) return "";
  return target.startsWith("root:") ? target.slice("root:".length).replace(/\/+$/, "") : null;
}

/** Resolves when the operator or the service manager asks to end. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
