/**
 * What a running service manager says of itself, as plain data: the second side of every comparison with the files.
 * One definition from which the types and the check of saved states come (`collect` stores it as JSON).
 *
 * Times are microseconds; `null` where systemd says 0 (unset) or 2^64-1 (never). Realtime counts from 1970, monotonic
 * from the kernel's boot. Source: org.freedesktop.systemd1(5).
 */
import * as v from "valibot";

const usec = v.nullable(v.number());
const text = v.nullable(v.string());

const CALENDAR = v.object({ directive: v.string(), text: v.string(), nextUsec: usec });
const MONOTONIC = v.object({ directive: v.string(), usec, nextUsec: usec });

const TIMER_VIEW = v.object({
  /** The unit it starts. */
  unit: v.string(),
  calendars: v.array(CALENDAR),
  monotonics: v.array(MONOTONIC),
  /** Armed on the realtime clock, the random delay included. */
  nextRealtimeUsec: usec,
  nextMonotonicUsec: usec,
  lastTriggerUsec: usec,
  lastTriggerMonotonicUsec: usec,
  /** Spans: 0 is a value, `null` is infinity. */
  accuracyUsec: usec,
  randomizedDelayUsec: usec,
  fixedRandomDelay: v.boolean(),
  persistent: v.boolean(),
  remainAfterElapse: v.boolean(),
  result: v.string(),
});

const COMMAND_VIEW = v.object({ key: v.string(), path: v.string(), argv: v.array(v.string()) });

const SERVICE_VIEW = v.object({
  type: v.string(),
  user: v.string(),
  commands: v.array(COMMAND_VIEW),
  /** `NAME=value`, as `Environment=` gave them. */
  environment: v.array(v.string()),
  /** 0 when none runs. */
  mainPid: v.number(),
  /** What `/proc/PID/exe` and `lstat` of that path say; `null` where it was not asked or cannot be read. */
  program: v.nullable(v.object({ link: v.string(), exists: v.boolean() })),
  result: v.string(),
});

const UNIT_VIEW = v.object({
  id: v.string(),
  names: v.array(v.string()),
  loadState: v.string(),
  activeState: v.string(),
  subState: v.string(),
  fragmentPath: text,
  sourcePath: text,
  dropInPaths: v.array(v.string()),
  unitFileState: text,
  needDaemonReload: v.boolean(),
  transient: v.boolean(),
  triggers: v.array(v.string()),
  triggeredBy: v.array(v.string()),
  conditionResult: v.boolean(),
  inactiveExitUsec: usec,
  inactiveExitMonotonicUsec: usec,
  inactiveEnterMonotonicUsec: usec,
  timer: v.nullable(TIMER_VIEW),
  service: v.nullable(SERVICE_VIEW),
});

const JOB_VIEW = v.object({ unit: v.string(), type: v.string(), state: v.string() });

export const MANAGER_VIEW = v.object({
  /** `system` or `user:NAME`. */
  scope: v.string(),
  /** The socket it was asked through. */
  via: v.string(),
  version: v.string(),
  /** Both clocks at the moment of asking. */
  clock: v.object({ realtimeUsec: v.number(), monotonicUsec: v.number() }),
  /** When the manager itself started. */
  startedMonotonicUsec: usec,
  /** When it last had loaded all units: at its start, or at the last daemon-reload. */
  loadedMonotonicUsec: v.optional(usec),
  /** systemd's word for the container it runs in; `null` outside one. */
  container: text,
  units: v.array(UNIT_VIEW),
  jobs: v.array(JOB_VIEW),
  notes: v.array(v.string()),
});

export type TimerView = Readonly<v.InferOutput<typeof TIMER_VIEW>>;
export type ServiceView = Readonly<v.InferOutput<typeof SERVICE_VIEW>>;
export type UnitView = Readonly<v.InferOutput<typeof UNIT_VIEW>>;
export type JobView = Readonly<v.InferOutput<typeof JOB_VIEW>>;
export type ManagerView = Readonly<v.InferOutput<typeof MANAGER_VIEW>>;
