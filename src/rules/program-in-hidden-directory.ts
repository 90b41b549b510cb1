import type { ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceOf } from "./evidence.ts";
import { ACCOUNTS, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { homeOf, isShellStartUp } from "./shared-directory.ts";
import { isPackaged } from "./standing.ts";

/** Hidden directories in which tools keep programs for their user. */
const TOOLS: ReadonlySet<string> = new Set(
  ".local .acme.sh .cargo .rustup .nvm .npm .npm-global .npm-packages .pyenv .rbenv .rvm .sdkman .bun .deno .asdf .venv .venvs .virtualenvs .pipx .emacs.d .vim .oh-my-zsh .steam .linuxbrew .nix-profile .guix-profile .dotfiles .bin .scripts .opam .ghcup .cabal .go .mix .poetry .pixi .conda .miniconda3 .fzf .volta .yarn .pnpm .tfenv .krew .dotnet .juliaup .rye .tmux .zsh .zinit .oh-my-bash .doom.d .git".split(
    " ",
  ),
);

/**
 * A path without `.env`, `.envrc` or `.env.production` at its end, which programs and scripts read as their settings,
 * and without the place of a Python environment beside its project, when `pyvenv.cfg` says it is one.
 */
function shown(path: string, { facts }: ClosureFile, { host }: Inventory): string {
  const isRead = facts?.kind === "file" && (facts.mode & 0o111) === 0;
  const project = /^(\/.+)\/\.venv\/bin\/[^/]+$/.exec(path)?.[1];
  const isPython =
    project !== undefined && (facts === null || host.stat(`${project}/.venv/pyvenv.cfg`).kind === "present");
  if (isPython) return project;
  return isRead ? path.replace(/\/\.env(rc|\.[\w-]+)?$/, "") : path;
}

/** What runs lies below a name that begins with a dot, other than where tools put programs. */
export const programInHiddenDirectory: ActivationRule = {
  id: "program-in-hidden-directory",
  subject: "activation",
  title: "Runs a program from a hidden directory",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1564.001", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "`ls` does not show names that begin with a dot. Configuration and caches live there, programs do not; the 2026 package implants ran from ~/.config.",
  benign: [
    "Tools that install into ~/.local, ~/.cargo, ~/.acme.sh and their like (not accused)",
    "People who keep scripts beside the configuration of their desktop",
  ],
  clears: "move the program to ~/.local/bin or /usr/local/bin",
  references: ["https://attack.mitre.org/techniques/T1564/001/"],

  *check({ closure, scope }, inventory) {
    const homes = inventory.accounts.all.map(({ home }) => home);
    for (const file of closure.files) {
      if (file.role !== "program" && file.role !== "script" && file.role !== "library") continue;
      if (isPackaged(file, inventory) || isShellStartUp(file.path)) continue;
      const isInHome = homeOf(file.path, homes) !== null;
      const part = [file.path, file.realPath ?? ""]
        .map((path) => shown(path, file, inventory))
        .join("/")
        .split("/")
        .find((name) => /^\.(?!\.?$)/.test(name) && !(isInHome && TOOLS.has(name)));
      if (part === undefined) continue;
      const isOwn = scope !== "system" && isInHome;
      yield {
        says: `${file.unit} runs ${file.path}, hidden below ${part}`,
        confidence: isOwn ? "low" : "high",
        severity: isOwn ? "medium" : "high",
        evidence: [evidenceOf(inventory, file, "a hidden place")],
      };
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/var/lib/.x/run", { "/var/lib/.x/run": script() }),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/mon.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/systemd/user/mon.service":
          "[Service]\nExecStart=/usr/bin/python3 /home/alice/.config/mon/mon.py\n",
        "/home/alice/.config/mon/mon.py": { content: "pass\n", uid: 1000 },
      },
      timed("ExecStart=/bin/sh /var/lib/.x/run.sh", { "/var/lib/.x/run.sh": "true\n", "/bin/sh": script() }),
      timed("Environment=LD_PRELOAD=/var/lib/.x/l.so\nExecStart=/usr/bin/true", {
        "/var/lib/.x/l.so": "ELF",
      }),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": { link: "/var/lib/.x/run" },
        "/var/lib/.x/run": script(),
      }),
      timed("ExecStart=/srv/.x/run", {
        "/srv/.x/run": { link: "/usr/local/bin/x" },
        "/usr/local/bin/x": script(),
      }),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/mon.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/systemd/user/mon.service": "[Service]\nExecStart=/srv/.acme.sh/run\n",
        "/srv/.acme.sh/run": script(),
      },
      {
        ...ACCOUNTS,
        ...timed("ExecStart=/home/alice/.x/run"),
        "/home/alice/.x/run": script(),
      },
      timed("ExecStart=/var/lib/.x/run", { "/var/lib/.x/run": { content: "ELF", mode: 0o755 } }),
      timed("ExecStart=/srv/app/.venv/bin/x", { "/srv/app/.venv/bin/x": script() }),
      timed("ExecStart=/srv/.x/.venv/bin/x", {
        "/srv/.x/.venv/bin/x": script(),
        "/srv/.x/.venv/pyvenv.cfg": "home = /usr/bin\n",
      }),
      timed("ExecStart=/srv/app/.env", { "/srv/app/.env": { content: "ELF", mode: 0o755 } }),
      timed("ExecStart=/bin/sh /srv/.env/run", { "/srv/.env/run": "true\n", "/bin/sh": script() }),
    ],
    finds: {
      1: [
        "suspicious high high /etc/systemd/system/job.service:3: job.service runs /var/lib/.x/run, hidden below .x",
      ],
      2: [
        "suspicious medium low /home/alice/.config/systemd/user/mon.service:2: mon.service runs /home/alice/.config/mon/mon.py, hidden below .config",
      ],
      7: [
        "suspicious high high /home/alice/.config/systemd/user/mon.service:2: mon.service runs /srv/.acme.sh/run, hidden below .acme.sh",
      ],
      8: [
        "suspicious high high /etc/systemd/system/job.service:3: job.service runs /home/alice/.x/run, hidden below .x",
      ],
    },
    quiet: [
      timed("ExecStart=/srv/app/.venv/bin/celery call x", {
        "/srv/app/.venv/bin/celery": script(),
        "/srv/app/.venv/pyvenv.cfg": "home = /usr/bin\n",
      }),
      timed("ExecStart=/srv/app/.venv/bin/python -m x"),
      timed("ExecStart=/bin/sh -c '. /srv/app/.env.local; true'", { "/srv/app/.env.local": "A=1\n" }),
      timed("ExecStart=/root/.acme.sh/acme.sh --cron", { "/root/.acme.sh/acme.sh": script() }),
      timed("ExecStart=/bin/sh -c '. /opt/x/.env; . /opt/x/.env.local'", {
        "/opt/x/.env": "A=1\n",
        "/opt/x/.env.local": "A=2\n",
      }),
      timed("ExecStart=/usr/local/bin/x --config /root/.x/config", { "/usr/local/bin/x": script() }),
      shipped(
        "vendor",
        "ExecStart=/usr/lib/.vendor/run",
        { "/usr/lib/.vendor/run": script() },
        "OnCalendar=daily",
        ["/usr/lib/.vendor/run"],
      ),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/mon.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/systemd/user/mon.service":
          "[Service]\nEnvironment=BASH_ENV=/home/alice/.bashrc\nExecStart=/bin/bash -c true\n",
        "/home/alice/.bashrc": "true\n",
      },
    ],
  }),
};
