import type { CommandEntry } from "./command.ts";

/** Every command, in the order help shows them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "list", aliases: ["ls"], load: async () => (await import("./commands/list.ts")).list },
  { name: "explain", load: async () => (await import("./commands/explain.ts")).explain },
  { name: "audit", load: async () => (await import("./commands/audit.ts")).audit },
  { name: "assess", load: async () => (await import("./commands/assess.ts")).assess },
  { name: "timeline", load: async () => (await import("./commands/timeline.ts")).timeline },
  { name: "collect", load: async () => (await import("./commands/collect.ts")).collect },
  { name: "snapshot", load: async () => (await import("./commands/snapshot.ts")).snapshot },
  { name: "serve", load: async () => (await import("./commands/serve.ts")).serve },
  { name: "convert", load: async () => (await import("./commands/convert.ts")).convert },
  { name: "rules", load: async () => (await import("./commands/rules.ts")).rules },
  { name: "accept", load: async () => (await import("./commands/accept.ts")).accept },
  { name: "lint", load: async () => (await import("./commands/lint.ts")).lint },
  { name: "calendar", load: async () => (await import("./commands/calendar.ts")).calendar },
  { name: "timespan", load: async () => (await import("./commands/timespan.ts")).timespan },
  { name: "mappings", load: async () => (await import("./commands/mappings.ts")).mappings },
  { name: "doctor", load: async () => (await import("./commands/doctor.ts")).doctor },
  { name: "schema", load: async () => (await import("./commands/schema.ts")).schema },
  {
    name: "completion",
    load: async () => (await import("./commands/completion.ts")).completionOf(COMMANDS),
  },
];
