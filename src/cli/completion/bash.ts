/** Completion for bash 4.3 and newer. */
import {
  DEFAULT_COMMAND,
  type OfferedCommand,
  type OfferedPlace,
  type Offers,
  type Value,
} from "./offers.ts";

/**
 * The script. bash cuts words at `:` and `=` (`COMP_WORDBREAKS`), so it first puts together what belongs together, and
 * at last offers only what follows the last cut. Words are compared, never expanded: names may hold anything.
 */
export function bashCompletion({ commands, schemes }: Offers): string {
  const names = [...commands.flatMap(({ name, aliases }) => [name, ...aliases]), "--help", "--version"];
  return `# bash completion for timerwarden, made by: timerwarden completion bash

_timerwarden() {
  local IFS=$' \\t\\n' rest=\${COMP_LINE:0:COMP_POINT} parts=() part trimmed i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    if ((i == 0)) || [[ $trimmed != "$rest" ]]; then parts+=(""); fi
    part=\${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then part=$trimmed; fi
    parts[-1]+=$part
    rest=\${trimmed:\${#part}}
  done
  local cur=\${parts[-1]} last=$((\${#parts[@]} - 1))
  COMPREPLY=()

  if ((last <= 1)) && [[ $cur != -[!-]* ]]; then
    _timerwarden_words ${names.join(" ")}
    [[ $cur == --* ]] || { _timerwarden_cut; return; }
  fi
  local command=\${parts[1]} first=2
  if [[ $command == -* ]]; then command=${DEFAULT_COMMAND} first=1; fi

  local options valued
  case $command in
${commands.map(optionsCase).join("\n")}
    *) return ;;
  esac

  local place=0 option=
  for ((i = first; i < last; i++)); do
    case \${parts[i]} in
      --*=*) ;;
      -?*) if [[ " $valued " == *" \${parts[i]} "* ]]; then
          if ((i + 1 == last)); then option=\${parts[i]}; fi
          i=$((i + 1))
        fi ;;
      *) place=$((place + 1)) ;;
    esac
  done

  if [[ -z $option && $cur == --*=* ]]; then
    option=\${cur%%=*} cur=\${cur#*=}
    _timerwarden_value "$command" "$option"
  elif [[ -n $option ]]; then
    _timerwarden_value "$command" "$option"
  elif [[ $cur == -* ]]; then
    _timerwarden_words $options
    if ((\${#COMPREPLY[@]} == 1)) && [[ \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
  else
    case $command:$place in
${commands.map(placesCase).join("\n")}
    esac
  fi
  _timerwarden_cut
}

_timerwarden_words() {
  local word
  for word; do if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi; done
}

_timerwarden_files() {
  local file
  compopt -o filenames 2>/dev/null
  while IFS= read -r file; do COMPREPLY+=("\${1-}$file"); done < <(compgen -A "$2" -- "$3")
}

_timerwarden_formats() {
  if [[ $cur == *=* ]]; then _timerwarden_files "\${cur%%=*}=" file "\${cur#*=}"; else _timerwarden_words "$@"; fi
}

_timerwarden_targets() {
  if [[ $cur == *:* ]]; then
    _timerwarden_files "\${cur%%:*}:" file "\${cur#*:}"
  else
    _timerwarden_words ${schemes.join(" ")}
    if ((\${#COMPREPLY[@]})); then compopt -o nospace 2>/dev/null; fi
    _timerwarden_files "" file "$cur"
  fi
}

_timerwarden_timers() {
  local name part target=()
  for part in "\${parts[@]}"; do if [[ $part == root:* ]]; then target=("$part"); fi; done
  while IFS= read -r name; do
    if [[ $name == "$cur"* ]]; then printf -v name %q "$name"; COMPREPLY+=("$name"); fi
  done < <("\${parts[0]}" completion timers "\${target[@]}" 2>/dev/null)
}

_timerwarden_value() {
  case $1:$2 in
${commands.map(valuesCase).join("\n")}
  esac
}

_timerwarden_cut() {
  local whole=\${parts[-1]} cut= i
  [[ $COMP_WORDBREAKS == *=* && $whole == *=* ]] && cut=\${whole%"\${whole##*=}"}
  [[ $COMP_WORDBREAKS == *:* && $whole == *:* ]] && { i=\${whole%"\${whole##*:}"}; ((\${#i} > \${#cut})) && cut=$i; }
  local given=\${whole%"$cur"}
  for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=$given\${COMPREPLY[i]}; COMPREPLY[i]=\${COMPREPLY[i]#"$cut"}; done
}

complete -F _timerwarden timerwarden
`;
}

function pattern({ name, aliases }: OfferedCommand): string {
  return [name, ...aliases].join("|");
}

function optionsCase(command: OfferedCommand): string {
  const all = command.options.map(({ long, value }) => `--${long}${value.kind === "none" ? "" : "="}`);
  const valued = command.options
    .filter(({ value }) => value.kind !== "none")
    .flatMap(({ long, short }) => [`--${long}`, ...(short === null ? [] : [`-${short}`])]);
  return `    ${pattern(command)}) options='${all.join(" ")}' valued='${valued.join(" ")}' ;;`;
}

function placesCase(command: OfferedCommand): string {
  return command.places
    .map((place, at) => {
      const any = at === command.places.length - 1;
      const names = [command.name, ...command.aliases].map((name) => `${name}:${any ? "*" : at}`);
      return `      ${names.join("|")}) ${placeCommands(place) || ":"} ;;`;
    })
    .join("\n");
}

function placeCommands({ words, timers, targets, files }: OfferedPlace): string {
  return [
    words.length > 0 ? `_timerwarden_words ${words.join(" ")}` : "",
    timers ? "_timerwarden_timers" : "",
    targets ? "_timerwarden_targets" : "",
    files ? '_timerwarden_files "" file "$cur"' : "",
  ]
    .filter((each) => each !== "")
    .join("; ");
}

function valuesCase(command: OfferedCommand): string {
  const rows = command.options.flatMap(({ long, short, value }) => {
    const does = valueCommand(value);
    if (does === "") return [];
    const spellings = [`--${long}`, ...(short === null ? [] : [`-${short}`])];
    const patterns = [command.name, ...command.aliases].flatMap((name) =>
      spellings.map((each) => `${name}:${each}`),
    );
    return [`    ${patterns.join("|")}) ${does} ;;`];
  });
  return rows.join("\n");
}

function valueCommand(value: Value): string {
  switch (value.kind) {
    case "words":
      return `_timerwarden_words ${value.words.join(" ")}`;
    case "format":
      return `_timerwarden_formats ${value.words.join(" ")}`;
    case "file":
      return '_timerwarden_files "" file "$cur"';
    case "directory":
      return '_timerwarden_files "" directory "$cur"';
    default:
      return "";
  }
}
