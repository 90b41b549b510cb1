/** The frame: which host, which page, which zone; and what is the same on all pages. */
import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { caseRows } from "../src/report/case-facts.ts";
import { systemdWords } from "../src/report/systemd-words.ts";
import { visible } from "../src/report/visible.ts";
import type { TargetsView } from "../src/server/api.ts";
import { blottedText } from "../src/server/blotted-text.ts";
import { formatTimestamp } from "../src/time/timestamp-format.ts";
import { type TimeZone, UTC } from "../src/time/zone.ts";
import { useAddress } from "./address.ts";
import { browserZone, browserZoneName } from "./browser-zone.ts";
import { AppContext, type App as AppFacts, RouteContext } from "./context.ts";
import { deepened, type Model, modelOf } from "./model.ts";
import { About } from "./pages/about.tsx";
import { CalendarLab } from "./pages/calendar.tsx";
import { Controls } from "./pages/controls.tsx";
import { Explain } from "./pages/explain.tsx";
import { Mappings } from "./pages/mappings.tsx";
import { Overview } from "./pages/overview.tsx";
import { Timeline } from "./pages/timeline.tsx";
import { Timers } from "./pages/timers.tsx";
import { Week } from "./pages/week.tsx";
import { KeySheet, Palette } from "./parts/dialogs.tsx";
import { PrintHead } from "./parts/print.tsx";
import { Text } from "./parts/say.tsx";
import { SidePanel } from "./parts/side-panel.tsx";
import { type KeyActions, useKeys } from "./parts/use-keys.ts";
import { picksIn, toggled } from "./picks.ts";
import { savedKeys, savedTheme, saveKeys, saveTheme, type Theme } from "./preferences.ts";
import { PAGES, type PageId, pageHref, type Route, targetOf, viewHref } from "./route.ts";
import type { Answer, Source } from "./source.ts";

const VIEWS: Readonly<Record<PageId, () => VNode>> = {
  overview: Overview,
  timers: Timers,
  week: Week,
  timeline: Timeline,
  explain: Explain,
  controls: Controls,
  mappings: Mappings,
  calendar: CalendarLab,
  about: About,
};

/** What can be drawn before all has come. */
const NEEDS_NO_DEPTH: readonly PageId[] = ["overview", "timers", "week", "calendar"];

/** What was had before the page was drawn: a state of one target. */
export interface First {
  readonly index: number;
  readonly answer: Answer;
}

export function App({ source, first }: { source: Source; first: First | null }): VNode {
  const route = useAddress();
  const targetIndex = targetOf(route);
  const [said, announce] = useAnnouncer();
  const { model, targets, problem, isConnected, isPaused, setPaused } = useModel(
    source,
    first,
    targetIndex,
    announce,
  );
  const [keysOn, setKeysOn] = useState(savedKeys);
  const [dialog, setDialog] = useState<"keys" | "palette" | null>(null);
  const close = useCallback(() => setDialog(null), []);
  const zone = useShownZone(route.params.get("z") ?? "", model);
  const facts = useMemo(
    (): AppFacts | null =>
      model === null ? null : { model, source, targetIndex, targets, zone, keysOn, announce },
    [model, source, targetIndex, targets, zone, keysOn, announce],
  );
  const actions = useMemo(
    (): KeyActions => ({
      go: (page) => {
        location.hash = pageHref(route, page);
      },
      explain: (focused) => {
        const id = focused || route.params.get("sel");
        if (id) location.hash = pageHref(route, "explain", { id });
      },
      choose: (focused) => {
        const id = focused || route.params.get("sel");
        if (id && route.page === "timers")
          location.hash = viewHref(route, { pick: toggled(picksIn(route.params.get("pick") ?? ""), id) });
      },
      back: () => {
        if (route.params.has("sel")) location.hash = viewHref(route, { sel: null });
        else if (route.params.has("pick")) location.hash = viewHref(route, { pick: null });
        else if (route.params.has("f")) location.hash = viewHref(route, { f: null });
      },
      palette: () => setDialog("palette"),
      sheet: () => setDialog("keys"),
    }),
    [route],
  );
  useKeys(actions, keysOn);
  const page = PAGES.find(({ id }) => id === route.page);
  useEffect(() => {
    const host = visible(model?.report.target.host ?? "");
    document.title = `${page?.title ?? ""} · ${host} · Timerwarden`.replace(" ·  ·", " ·");
  }, [page, model]);
  const heading = useFocusOnPage(route.page);
  const pages = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = pages.current?.querySelector<HTMLElement>("[aria-current]");
    if (current && pages.current !== null)
      pages.current.scrollLeft = current.offsetLeft - (pages.current.clientWidth - current.offsetWidth) / 2;
  });
  if (problem !== null && model === null)
    return (
      <main class="lost">
        <h1>No data</h1>
        <p>{problem}</p>
      </main>
    );
  if (facts === null || model === null) return <Reading />;
  const caseText = [
    ...caseRows(model.report).map(([label, text]) => `${label} ${text}`),
    ...(source.digest === null ? [] : [`SHA-256 ${source.digest.slice(0, 12)}…`]),
  ].join(" · ");
  const View = VIEWS[route.page];
  return (
    <RouteContext.Provider value={route}>
      <AppContext.Provider value={facts}>
        {/* biome-ignore lint/a11y/useValidAnchor: a skip link is a link; the click only keeps the hash route */}
        <a
          class="skip"
          href="#content"
          onClick={(event) => {
            event.preventDefault();
            heading.current?.focus();
          }}
        >
          To the content
        </a>
        <header class="top">
          <a class="brand" href={pageHref(route, "overview")}>
            <Logo /> timerwarden
          </a>
          <Target targets={targets} model={model} index={targetIndex} route={route} />
          <span class="clock" title="the moment this report speaks of">
            {formatTimestamp(model.nowUsec, zone)}
          </span>
          <ZoneSwitch route={route} model={model} />
          <ThemeSwitch />
          <button type="button" onClick={() => setDialog("keys")} aria-haspopup="dialog">
            Keys <kbd>?</kbd>
          </button>
        </header>
        <nav class="pages" aria-label="Pages" ref={pages}>
          {PAGES.map(({ id, title, key }) => (
            <a
              key={id}
              href={pageHref(route, id)}
              aria-current={route.page === id ? "page" : undefined}
              aria-keyshortcuts={`g ${key}`}
            >
              {title}
            </a>
          ))}
          {source.isLive && (
            <button type="button" class="live" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
              <i class={isConnected && !isPaused ? "dot on" : "dot"} aria-hidden="true" />
              {isPaused ? "paused" : isConnected ? "live" : "not connected"}
            </button>
          )}
        </nav>
        {!source.isLive && (
          <p class={model.board.blotted === null ? "blotted wrong" : "blotted"}>
            {blottedText(model.board.blotted)}
          </p>
        )}
        <PrintHead />
        <div class={route.params.has("sel") ? "body with-panel" : "body"}>
          <main id="content" class={`page p-${route.page}`}>
            <h1 ref={heading} tabIndex={-1}>
              {page?.title}
            </h1>
            {model.depth !== null || NEEDS_NO_DEPTH.includes(route.page) ? (
              <View />
            ) : (
              <p aria-busy={problem === null}>{problem ?? "Reading…"}</p>
            )}
          </main>
          <SidePanel />
        </div>
        <footer class="bottom">
          <span>
            {model.report.tool.name} {model.report.tool.version}
          </span>
          <span>
            <Text of={model.report.target.name} /> · {model.report.clock.now}
          </span>
          {caseText !== "" && (
            <a href={pageHref(route, "about")}>
              <Text of={caseText} />
            </a>
          )}
        </footer>
        <p class="announcer" role="status" aria-live="polite">
          {said}
        </p>
        {dialog === "keys" && (
          <KeySheet
            onClose={close}
            keysOn={keysOn}
            setKeys={(on) => {
              setKeysOn(on);
              saveKeys(on);
            }}
          />
        )}
        {dialog === "palette" && <Palette onClose={close} />}
      </AppContext.Provider>
    </RouteContext.Provider>
  );
}

export function Reading(): VNode {
  return (
    <main class="lost" aria-busy="true">
      Reading…
    </main>
  );
}

/** A new page is announced by its heading; the first one is not. */
function useFocusOnPage(page: PageId): { readonly current: HTMLHeadingElement | null } {
  const heading = useRef<HTMLHeadingElement>(null);
  const last = useRef(page);
  useEffect(() => {
    if (last.current === page) return;
    last.current = page;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);
  return heading;
}

function useAnnouncer(): readonly [string, (text: string) => void] {
  const [said, setSaid] = useState("");
  const timer = useRef(0);
  const announce = useCallback((text: string) => {
    setSaid(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSaid(""), 4000) as unknown as number;
  }, []);
  return [said, announce];
}

interface Loaded {
  readonly model: Model | null;
  readonly targets: TargetsView["targets"];
  readonly problem: string | null;
  readonly isConnected: boolean;
  readonly isPaused: boolean;
  readonly setPaused: (paused: boolean) => void;
}

function useModel(
  source: Source,
  first: First | null,
  index: number,
  announce: (text: string) => void,
): Loaded {
  const [model, setModel] = useState(() => first && modelOf(first.answer.outline));
  const ahead = useRef(first && model && { index: first.index, answer: first.answer, model });
  const [problem, setProblem] = useState<string | null>(null);
  const [isConnected, setConnected] = useState(false);
  const [isPaused, setPaused] = useState(false);
  const [targets, setTargets] = useState<TargetsView["targets"]>([]);
  useEffect(() => {
    let isGone = false;
    const list = (): void => {
      source.targets().then(
        (found) => {
          if (!isGone) setTargets(found);
        },
        () => undefined,
      );
    };
    const load = (isNews: boolean): void => {
      const show = async (): Promise<void> => {
        const had = ahead.current?.index === index ? ahead.current : null;
        ahead.current = null;
        const answer = had?.answer ?? (await source.snapshot(index));
        const outer = had?.model ?? modelOf(answer.outline);
        // A page that shows something already waits for the whole.
        if (!isGone) setModel((shown) => shown ?? outer);
        await leisure();
        const dossier = await answer.dossier();
        if (isGone) return;
        if (dossier === null) return show();
        setModel(deepened(outer, dossier));
        setProblem(null);
        if (isNews) announce("The host changed: this page shows its new state");
      };
      show().catch((error: unknown) => {
        if (!isGone) setProblem((error as Error).message);
      });
    };
    load(false);
    list();
    const stop = isPaused
      ? () => undefined
      : source.listen((changed, isNews) => {
          list();
          if (changed === index || changed === null) load(isNews);
        }, setConnected);
    return () => {
      isGone = true;
      stop();
    };
  }, [source, index, isPaused, announce]);
  return { model, targets, problem, isConnected, isPaused, setPaused };
}

/** The browser has painted what is due and has nothing else to do, or a second has passed. */
function leisure(): Promise<unknown> {
  return new Promise((resolve) => {
    // Safari was long without it.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(resolve, { timeout: 1000 });
    else setTimeout(resolve, 100);
  });
}

function useShownZone(name: string, model: Model | null): TimeZone {
  return useMemo(() => {
    if (model === null || name === "utc") return UTC;
    if (name !== "browser") return model.zone;
    return browserZone(browserZoneName(), model.nowUsec / 1e6) ?? UTC;
  }, [name, model]);
}

function Target({
  targets,
  model,
  index,
  route,
}: {
  targets: TargetsView["targets"];
  model: Model;
  index: number;
  route: Route;
}): VNode {
  const { host, name, system, live } = model.report.target;
  if (targets.length > 1)
    return (
      <label class="target">
        <span class="visually-hidden">Target</span>
        <select
          value={String(index)}
          onChange={(event) => {
            location.hash = viewHref(route, { t: event.currentTarget.value, sel: null, id: null });
          }}
        >
          {targets.map((target, at) => (
            <option key={target.name} value={String(at)}>
              {visible(target.host === null ? target.name : `${target.host} · ${target.name}`)}
            </option>
          ))}
        </select>
      </label>
    );
  return (
    <span class="target" title={visible(name)}>
      <strong>
        <Text of={host ?? name} />
      </strong>{" "}
      <span class="far">
        <Text
          of={[system, systemdWords(model.report.clock), live ? "running" : "evidence"]
            .filter((part) => part !== null)
            .join(" · ")}
        />
      </span>
    </span>
  );
}

function ZoneSwitch({ route, model }: { route: Route; model: Model }): VNode {
  return (
    <label class="pick">
      <span class="visually-hidden">Times in</span>
      <select
        value={route.params.get("z") ?? ""}
        onChange={(event) => {
          location.hash = viewHref(route, { z: event.currentTarget.value });
        }}
      >
        <option value="">{model.zone.name} (target)</option>
        <option value="utc">UTC</option>
        {/* Browsers take up to 50 ms to tell their zone for the first time: not before the first picture. */}
        <option value="browser">
          {model.depth === null ? "browser’s zone" : `${browserZoneName()} (browser)`}
        </option>
      </select>
    </label>
  );
}

function ThemeSwitch(): VNode {
  const [theme, setTheme] = useState<Theme>(savedTheme);
  return (
    <label class="pick">
      <span class="visually-hidden">Theme</span>
      <select
        value={theme}
        onChange={(event) => {
          const { value } = event.currentTarget;
          const next: Theme = value === "light" || value === "dark" ? value : "auto";
          setTheme(next);
          saveTheme(next);
        }}
      >
        <option value="auto">auto theme</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}

function Logo(): VNode {
  return (
    <svg class="logo" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <circle cx="10" cy="10" r="8" />
      <path d="M10 5v5l3.5 2" />
    </svg>
  );
}
