import type { Call, Handler } from "./engine.ts";
import { followModules, followRunParts, followSettings } from "./indirections.ts";
import { known } from "./value.ts";

/** Where a program looks for commands of its administrator, by its manual. */
interface Hooks {
  /** Every executable in them is run. */
  readonly directories?: readonly string[];
  /** Files, or `DIRECTORY/*.SUFFIX`, and the lines of them whose first group is shell code. */
  readonly settings?: readonly (readonly [file: string, command: RegExp])[];
}

const CERTBOT: Hooks = {
  directories: ["pre", "deploy", "post"].map((when) => `/etc/letsencrypt/renewal-hooks/${when}`),
  settings: ["/etc/letsencrypt/cli.ini", "/etc/letsencrypt/renewal/*.conf"].map((file) => [
    file,
    /^[ \t]*(?:pre|post|renew|deploy)[-_]hook[ \t]*=[ \t]*(\S.*)$/gm,
  ]),
};

const DNF: Hooks = {
  settings: [
    ["/etc/dnf/plugins/post-transaction-actions.d/*.action", /^[^#:\s][^:\n]*:[^:\n]*:[ \t]*(\S.*)$/gm],
    [
      "/etc/dnf/libdnf5-plugins/actions.d/*.actions",
      /^[^#:\s][^:\n]*:[^:\n]*:[^:\n]*:[^:\n]*:[ \t]*(\S.*)$/gm,
    ],
    ["/etc/dnf/automatic.conf", /^[ \t]*(?:command_format|reboot_command)[ \t]*=[ \t]*(\S.*)$/gm],
  ],
};

const PACMAN: Hooks = { settings: [["/etc/pacman.d/hooks/*.hook", /^[ \t]*Exec[ \t]*=[ \t]*(\S.*)$/gm]] };

const FRESHCLAM: Hooks = {
  settings: ["/etc/clamav/freshclam.conf", "/etc/freshclam.conf"].map((file) => [
    file,
    /^[ \t]*On(?:Update|Error|Outdated)Execute[ \t]+(\S.*)$/gm,
  ]),
};

const MDADM: Hooks = {
  settings: ["/etc/mdadm/mdadm.conf", "/etc/mdadm.conf"].map((file) => [
    file,
    /^[ \t]*PROGRAM[ \t]+(\S.*)$/gm,
  ]),
};

const RSNAPSHOT: Hooks = {
  settings: [
    ["/etc/rsnapshot.conf", /^(?:cmd_(?:pre|post)exec|backup_exec|backup_script)\t+([^\t\n]+).*$/gm],
  ],
};

const SANOID: Hooks = {
  settings: [
    ["/etc/sanoid/sanoid.conf", /^[ \t]*(?:pre_snapshot|post_snapshot|pruning)_script[ \t]*=[ \t]*(\S.*)$/gm],
  ],
};

/** Credentials that a program prints (aws-cli's "sourcing credentials with an external process"). */
export const AWS: Hooks = {
  settings: [
    ...["~/.aws/config", "~/.aws/credentials"].map(
      (file) => [file, /^[ \t]*credential_process[ \t]*=[ \t]*(\S.*)$/gm] as const,
    ),
    ["~/.aws/cli/alias", /^[ \t]*[\w-]+[ \t]*=[ \t]*!(\S.*)$/gm],
  ],
};

const MBSYNC: Hooks = {
  settings: ["~/.mbsyncrc", "~/.config/isyncrc"].map((file) => [
    file,
    /^[ \t]*(?:PassCmd|UserCmd|Tunnel)[ \t]+"?\+?([^"\n]+)"?$/gim,
  ]),
};

export const MSMTP: Hooks = {
  settings: ["~/.msmtprc", "~/.config/msmtp/config", "/etc/msmtprc"].map((file) => [
    file,
    /^[ \t]*passwordeval[ \t]+"?([^"\n]+)"?$/gim,
  ]),
};

const FETCHMAIL: Hooks = {
  settings: ["~/.fetchmailrc", "/etc/fetchmailrc"].map((file) => [
    file,
    /\b(?:preconnect|postconnect|mda|plugin|plugout)[ \t]+"([^"\n]+)"/gim,
  ]),
};

/** notmuch-hooks(5): executables of its user, beside the mail or among the settings. */
function notmuch(call: Call): null {
  const { home } = call.frame.session.context;
  if (home === undefined) return null;
  for (const place of [".config/notmuch/default/hooks", "mail/.notmuch/hooks", "Mail/.notmuch/hooks"])
    followModules(call, `${home}/${place}`, /^(pre|post)-[a-z]+$/, null);
  return null;
}

/** dnf loads every plugin of its Python (dnf.conf(5), `pluginpath`). */
function dnf(call: Call): null {
  hooked(DNF)(call);
  const { session } = call.frame;
  const libraries = session.host.readDirectory("/usr/lib");
  const pythons = libraries.kind === "present" ? libraries.value.map(({ name }) => name) : [];
  for (const python of pythons.filter((name) => /^python3[\d.]*$/.test(name)).slice(0, 4)) {
    const directory = `/usr/lib/${python}/site-packages/dnf-plugins`;
    followModules(call, directory, /^[^_.].*\.py$/, "python3");
  }
  return null;
}

const WIREGUARD = /^[ \t]*(?:Pre|Post)(?:Up|Down)[ \t]*=[ \t]*(\S.*)$/gim;
const OPENVPN =
  /^[ \t]*(?:up|down|route-up|route-pre-down|ipchange|tls-verify|auth-user-pass-verify|client-connect|client-disconnect|learn-address|tls-crypt-v2-verify)[ \t]+["']?([^"'\n]+)["']?$/gm;

/** `wg-quick up NAME`: commands beside the keys of the interface (wg-quick(8)). */
function wireguard(call: Call): null {
  const named = call.args.find(({ text }) => !/^(up|down|save|strip)$/.test(text))?.text;
  if (named !== undefined)
    followSettings(call, named.includes("/") ? named : `/etc/wireguard/${named}.conf`, WIREGUARD);
  return null;
}

/** `openvpn --config FILE`: scripts that its settings name (openvpn(8), SCRIPTING INTEGRATION). */
function openvpn(call: Call): null {
  const at = call.args.findIndex(({ text }) => text === "--config");
  const file = at < 0 ? call.args.find(({ text }) => !text.startsWith("-")) : call.args[at + 1];
  if (file?.text.startsWith("/")) followSettings(call, file.text, OPENVPN);
  return null;
}

/** A program runs what its settings name besides. */
export function hooked({ directories = [], settings = [] }: Hooks): Handler {
  return (call) => {
    for (const directory of directories) followRunParts(call, known(directory, call.span), ".");
    for (const [file, command] of settings) followSettings(call, file, command);
    return null;
  };
}

/** Programs that run hooks of their administrator, by name. */
export const HOOKED: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["certbot", hooked(CERTBOT)],
  ["letsencrypt", hooked(CERTBOT)],
  ...["dnf", "dnf5", "dnf-3", "dnf-automatic", "yum", "microdnf"].map((name): [string, Handler] => [
    name,
    dnf,
  ]),
  ...["pacman", "yay", "paru", "pikaur"].map((name): [string, Handler] => [name, hooked(PACMAN)]),
  ["freshclam", hooked(FRESHCLAM)],
  ["mdadm", hooked(MDADM)],
  ["rsnapshot", hooked(RSNAPSHOT)],
  ["sanoid", hooked(SANOID)],
  ["wg-quick", wireguard],
  ["openvpn", openvpn],
  ["mbsync", hooked(MBSYNC)],
  ["fetchmail", hooked(FETCHMAIL)],
  ["notmuch", notmuch],
]);
