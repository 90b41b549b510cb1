/** Every view is an address behind `#`, so that links, the back button and files opened from disk all work. */

export const PAGES = [
  { id: "overview", title: "Overview", key: "o" },
  { id: "timers", title: "Timers", key: "t" },
  { id: "week", title: "Week", key: "w" },
  { id: "timeline", title: "Timeline", key: "l" },
  { id: "explain", title: "Explain", key: "e" },
  { id: "controls", title: "Controls", key: "c" },
  { id: "mappings", title: "Mappings", key: "m" },
  { id: "calendar", title: "Calendar lab", key: "k" },
  { id: "about", title: "About this data", key: "a" },
] as const;

export type PageId = (typeof PAGES)[number]["id"];

export interface Route {
  readonly page: PageId;
  readonly params: ReadonlyMap<string, string>;
}

/** What goes along from page to page: target, zone of display, filter. */
const KEPT = ["t", "z", "f"];

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const page = PAGES.find(({ id }) => id === path)?.id ?? "overview";
  return { page, params: new Map(new URLSearchParams(query)) };
}

export function targetOf({ params }: Route): number {
  return Math.max(0, Number(params.get("t") ?? 0) || 0);
}

export type Changes = Readonly<Record<string, string | null>>;

/** The address of a page; parameters that go along are those of the present route. */
export function pageHref(route: Route, page: PageId, changes: Changes = {}): string {
  const kept = [...route.params].filter(([name]) => KEPT.includes(name));
  return hashOf(page, new Map(kept), changes);
}

/** The address of the same page with some parameters changed; `null` and "" take one away. */
export function viewHref({ page, params }: Route, changes: Changes): string {
  return hashOf(page, params, changes);
}

function hashOf(page: PageId, params: ReadonlyMap<string, string>, changes: Changes): string {
  const all = new Map<string, string | null>([...params, ...Object.entries(changes)]);
  const query = new URLSearchParams();
  for (const [name, value] of all) if (value !== null && value !== "") query.set(name, value);
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
  return `#/${page}${text === "" ? "" : `?${text}`}`;
}
