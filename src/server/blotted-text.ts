import type { Board } from "./api.ts";

/** What a page that is sent around says of the secrets in it: plain words, no markup. */
export function blottedText(blotted: Board["blotted"]): string {
  if (blotted === null)
    return "Nothing is blotted out: passwords and tokens in commands stand here as the host has them.";
  const rest = "Host names, accounts and the rest of commands are in here.";
  if (blotted === 0) return `No password or token was found in commands. ${rest}`;
  return `${blotted} ${blotted === 1 ? "password or token is" : "passwords and tokens are"} blotted out (***). ${rest}`;
}
