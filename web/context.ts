/** What every part of the page may ask: the data, the address, the clock's zone, and how to move. */
import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { TargetsView } from "../src/server/api.ts";
import type { TimeZone } from "../src/time/zone.ts";
import type { Depth, Model } from "./model.ts";
import { type Changes, type PageId, pageHref, type Route, viewHref } from "./route.ts";
import type { Source } from "./source.ts";

export interface App {
  readonly model: Model;
  readonly source: Source;
  readonly targetIndex: number;
  /** Every target in short. */
  readonly targets: TargetsView["targets"];
  /** In which times are shown. */
  readonly zone: TimeZone;
  readonly keysOn: boolean;
  /** Says something to screen readers and, briefly, to everybody. */
  readonly announce: (text: string) => void;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("outside of the page");
  return app;
}

/** Apart from the rest: it changes with every letter of a filter, and most of a table has nothing to do with it. */
export const RouteContext = createContext<Route | null>(null);

export function useRoute(): Route {
  const route = useContext(RouteContext);
  if (route === null) throw new Error("outside of the page");
  return route;
}

/** For pages that are drawn only once it is there. */
export function useDepth(): Depth {
  const { depth } = useApp().model;
  if (depth === null) throw new Error("before its data");
  return depth;
}

export function useParam(name: string, usual = ""): string {
  return useRoute().params.get(name) ?? usual;
}

/** Addresses out of the present one. */
export function useLinks(): {
  readonly page: (page: PageId, changes?: Changes) => string;
  readonly view: (changes: Changes) => string;
  readonly go: (changes: Changes) => void;
} {
  const route = useRoute();
  return useMemo(
    () => ({
      page: (page: PageId, changes?: Changes) => pageHref(route, page, changes),
      view: (changes: Changes) => viewHref(route, changes),
      go: (changes: Changes) => {
        location.hash = viewHref(route, changes);
      },
    }),
    [route],
  );
}
