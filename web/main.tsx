import { render } from "preact";
import { App } from "./app.tsx";
import { savedTheme, showTheme } from "./preferences.ts";
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

showTheme(savedTheme());
const place = takeOver();
if (place !== null)
  openSource().then(
    (source) => render(<App source={source} />, place),
    (error: unknown) => {
      const text = document.createElement("p");
      text.textContent = `No data: ${(error as Error).message}`;
      place.append(text);
    },
  );
