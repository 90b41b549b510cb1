/** Programs that show a screen to others, or let them take it over. */
import type { Call, Handler } from "./engine.ts";
import type { Value } from "./value.ts";

/** `x11vnc -nopw`: whoever reaches the port sees and moves everything. */
function screen({ frame, args, name, span }: Call): Value | null {
  const words = args.map(({ text }) => text).join(" ");
  const isOpen = /(^| )(-nopw|-SecurityTypes[ =]None|--?disable-auth(entication)?)( |$)/i.test(words);
  if (!isOpen || /(^| )-localhost( |$)|-listen 127\.|127\.0\.0\.1/.test(words)) return null;
  const says = `${name} shows the screen to whoever connects, without a password.`;
  frame.session.say(frame, "tunnel", span, says, "high", { program: name });
  return null;
}

/** `anydesk --set-password`, `teamviewer passwd X`: a way in past every account of the host. */
function assistance({ frame, args, name, span }: Call): Value | null {
  if (!args.some(({ text }) => /^(--set-password|--password|passwd|--passwd)(=|$)/.test(text))) return null;
  const says = `${name} is given a password by which its holder comes in from anywhere.`;
  frame.session.say(frame, "tunnel", span, says, "high", { program: name });
  return null;
}

/** Remote desktops, by name. */
export const REMOTE_DESKTOPS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...["x11vnc", "vncserver", "tigervncserver", "Xvnc", "x0vncserver", "wayvnc", "krfb"].map(
    (name): [string, Handler] => [name, screen],
  ),
  ...["anydesk", "rustdesk", "teamviewer", "meshagent", "dwagent"].map((name): [string, Handler] => [
    name,
    assistance,
  ]),
]);
