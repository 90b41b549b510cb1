import { render } from "preact";
import { App, Reading } from "./app.tsx";
import { savedTheme, showTheme } from "./preferences.ts";
import { parseRoute, targetOf } from "./route.ts";
import { openSource } from "./source.ts";
import "./style.css";

/** In a single file the dashboard takes the place of the static page, which stays there for browsers without script. */
function takeOver(): HTMLElement | null {
  const place = document.getElementById("app");
  const style = document.getElementById("app-style");
  if (place === null || style === null) return place;
  for (const old of document.querySelectorAll("style")) if (old !== style) old.media = "not all";
  if (style instanceof HTMLStyleElement) style.media = "all";
  for (const child of document.body.children)
    if (child instanceof HTMLElement) child.hidden = child !== place;
  return place;
}

/** A page that has to wait says so, but not for the blink of an eye. */
const PATIENCE_MS = 150;

/** The frame is drawn when there is something to put into it. */
async function start(place: HTMLElement): Promise<void> {
  const waiting = setTimeout(() => render(<Reading />, place), PATIENCE_MS);
  try {
    const source = await openSource();
    const index = targetOf(parseRoute(location.hash));
    // Where it cannot be had, the frame asks again and tells why.
    const answer = await source.snapshot(index).catch(() => null);
    render(<App source={source} first={answer && { index, answer }} />, place);
  } finally {
    clearTimeout(waiting);
  }
}

showTheme(savedTheme());
const place = takeOver();
if (place !== null)
  start(place).catch((error: Error) => {
    const text = document.createElement("p");
    text.textContent = `No data: ${error.message}`;
    place.append(text);
  });
