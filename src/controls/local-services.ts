import type { TimerActivation } from "../inventory/activation.ts";
import type { LoadedUnit } from "../manager/manager.ts";
import { type Service, serviceOf } from "../units/service.ts";
import type { Point } from "./outcome.ts";
import type { Subject } from "./subject.ts";
import { doubtOfUnit, localTimers } from "./unit-subjects.ts";

export interface LocalService {
  readonly timer: TimerActivation;
  readonly loaded: LoadedUnit;
  readonly service: Service;
}

/** The services that local timers of the system start, each with its timer. */
export function localServices(subject: Subject): {
  readonly services: readonly LocalService[];
  readonly doubts: readonly Point[];
} {
  return subject.once(readLocalServices);
}

function readLocalServices(subject: Subject): {
  readonly services: readonly LocalService[];
  readonly doubts: readonly Point[];
} {
  const { timers, doubts } = localTimers(subject);
  const found: LocalService[] = [];
  const unread: Point[] = [...doubts];
  for (const timer of timers) {
    const { target } = timer.record;
    if (timer.scope !== "system" || target === null || target.unit.name.type !== "service") continue;
    const doubt = target.state === "masked" ? null : doubtOfUnit(subject, target);
    if (doubt !== null) unread.push(doubt);
    else if (target.state === "loaded")
      found.push({ timer, loaded: target, service: serviceOf(target.unit) });
  }
  return { services: found, doubts: unread };
}
