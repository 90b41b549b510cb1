/** The address as the page follows it and writes it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { parseRoute, type Route } from "./route.ts";

export function useAddress(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = (event: HashChangeEvent): void => {
      if (event.isTrusted) forget();
      setHash(new URL(event.newURL).hash);
    };
    addEventListener("hashchange", change);
    // What changed before anybody listened.
    setHash(location.hash);
    return () => removeEventListener("hashchange", change);
  }, []);
  return useMemo(() => parseRoute(hash), [hash]);
}

let pending = 0;

function forget(): void {
  clearTimeout(pending);
}

/**
 * Shows the view of another address in the place of this one, without a step back to it: what somebody types, letter by
 * letter. The address itself is written a moment later, once for all letters of that moment: browsers take longer for it
 * than the page for the picture, and refuse it when it is asked too often.
 */
export function replaceView(href: string): void {
  const newURL = new URL(href, location.href).href;
  dispatchEvent(new HashChangeEvent("hashchange", { newURL }));
  forget();
  pending = window.setTimeout(() => history.replaceState(null, "", newURL), 100);
}
