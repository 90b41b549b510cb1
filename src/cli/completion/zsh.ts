/** Completion for zsh 5, as a `#compdef` file that can also be sourced. */
import {
  DEFAULT_COMMAND,
  type OfferedCommand,
  type OfferedOption,
  type OfferedPlace,
  type Offers,
  type Value,
} from "./offers.ts";

/** The script: `_arguments` does the work; names of timers go through `compadd`, which quotes them. */
export function zshCompletion({ commands, schemes }: Offers): string {
  return `#compdef timerwarden
# zsh completion for timerwarden, made by: timerwarden completion zsh

_timerwarden() {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
    local -a commands=(
${commands.flatMap(({ name, aliases, summary }) => [name, ...aliases].map((each) => `      ${quoted(`${each}:${summary}`)}`)).join("\n")}
    )
    _describe -t commands command commands && ret=0
    return ret
  fi
  local command=\${words[2]}
  if [[ $command == -* ]]; then
    if (( CURRENT == 2 )); then compadd -- --version && ret=0; fi
    command=${DEFAULT_COMMAND}
  else
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${commands.map(commandCase).join("\n")}
  esac
  return ret
}

_timerwarden_formats() {
  if compset -P 1 '*='; then _files; else compadd -- "$@"; fi
}

_timerwarden_targets() {
  if compset -P 1 '[a-z-]#:'; then _files; else compadd -S '' -- ${schemes.join(" ")}; _files; fi
}

_timerwarden_timers() {
  local -a names
  names=("\${(@f)$(_call_program timers timerwarden completion timers \${(qM)words:#root:*} 2>/dev/null)}")
  compadd -- \${names:#}
}

if [[ \${funcstack[1]} == _timerwarden ]]; then _timerwarden "$@"; else compdef _timerwarden timerwarden; fi
`;
}

function commandCase(command: OfferedCommand): string {
  const { name, aliases, options, places } = command;
  const specs = [
    ...options.map(optionSpec),
    ...places.map((place, at) => placeSpec(place, at, places.length)).filter((spec) => spec !== null),
  ];
  const body =
    specs.length === 0
      ? ""
      : `_arguments -s \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")} && ret=0 `;
  return `    ${[name, ...aliases].join("|")})\n      ${body};;`;
}

function optionSpec({ long, short, value, multiple, does }: OfferedOption): string {
  const takes = value.kind !== "none";
  const names = [`--${long}${takes ? "=" : ""}`, ...(short === null ? [] : [`-${short}${takes ? "+" : ""}`])];
  const excluded = multiple ? "*" : `(${[`--${long}`, ...(short === null ? [] : [`-${short}`])].join(" ")})`;
  const spellings =
    names.length === 1 ? `${quoted(`${excluded}${names[0]}`)}` : `${quoted(excluded)}{${names.join(",")}}`;
  return `${spellings}${quoted(`[${does.replace(/[[\]\\]/g, "\\$&")}]${takes ? `:value:${valueAction(value)}` : ""}`)}`;
}

function valueAction(value: Value): string {
  switch (value.kind) {
    case "words":
      return `(${value.words.join(" ")})`;
    case "format":
      return `{_timerwarden_formats ${value.words.join(" ")}}`;
    case "file":
      return "_files";
    case "directory":
      return "_files -/";
    default:
      return "";
  }
}

function placeSpec(place: OfferedPlace, at: number, count: number): string | null {
  const { words, timers, targets, files } = place;
  const actions = [
    words.length > 0 ? `compadd -- ${words.join(" ")}` : "",
    timers ? "_timerwarden_timers" : "",
    targets ? "_timerwarden_targets" : "",
    files ? "_files" : "",
  ].filter((action) => action !== "");
  if (actions.length === 0) return null;
  return quoted(`${at === count - 1 ? "*" : at + 1}:argument:{${actions.join("; ")}}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
