/** What one person likes, kept in this browser where it allows that. */

export type Theme = "auto" | "light" | "dark";

function read(name: string): string | null {
  try {
    return localStorage.getItem(`timerwarden-${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`timerwarden-${name}`, value);
  } catch {
    // A page opened from a file, or with storage forbidden, forgets; nothing depends on it.
  }
}

export function savedTheme(): Theme {
  const theme = read("theme");
  return theme === "light" || theme === "dark" ? theme : "auto";
}

export function saveTheme(theme: Theme): void {
  showTheme(theme);
  write("theme", theme);
}

export function showTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}

export function savedKeys(): boolean {
  return read("keys") !== "off";
}

export function saveKeys(on: boolean): void {
  write("keys", on ? "on" : "off");
}
