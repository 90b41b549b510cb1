/** Completion for fish 3. */
import {
  DEFAULT_COMMAND,
  type OfferedCommand,
  type OfferedPlace,
  type Offers,
  type Value,
} from "./offers.ts";

/** The script; fish itself quotes what it inserts. */
export function fishCompletion({ commands, schemes }: Offers): string {
  return `# fish completion for timerwarden, made by: timerwarden completion fish

# True when the command of the line is one of the arguments; without a command it is ${DEFAULT_COMMAND}.
function __timerwarden_is
    set -l words (commandline -opc)
    set -l name $words[2]
    if test -z "$name"; or string match -q -- '-*' $name
        set name ${DEFAULT_COMMAND}
    end
    contains -- $name $argv
end

# True when no command was written yet.
function __timerwarden_first
    test (count (commandline -opc)) -eq 1
end

# True when so many arguments that are no options stand between the command and the cursor; two numbers: from, to.
function __timerwarden_place
    set -l words (commandline -opc)
    set -l count (count (string match -v -- '-*' $words[3..-1]))
    test $count -ge $argv[1]; and test $count -le $argv[2]
end

function __timerwarden_formats
    if string match -q -- '*=*' (string replace -r -- '^(--(output|format)=|-o)' '' (commandline -ct))
        set -l format (string replace -r -- '^(--(output|format)=|-o)' '' (commandline -ct) | string replace -r '=.*' '')
        __fish_complete_path (string replace -r -- '^.*=' '' (commandline -ct)) | string replace -r '^' "$format="
    else
        printf '%s\\n' $argv
    end
end

function __timerwarden_targets
    set -l token (commandline -ct)
    if string match -qr -- '^[a-z-]+:' $token
        set -l scheme (string replace -r -- ':.*' ':' $token)
        __fish_complete_path (string replace -r -- '^[a-z-]+:' '' $token) | string replace -r '^' $scheme
    else
        printf '%s\\n' ${schemes.join(" ")}
        __fish_complete_path $token
    end
end

function __timerwarden_timers
    timerwarden completion timers (string match -- 'root:*' (commandline -opc)) 2>/dev/null
end

complete -c timerwarden -f
complete -c timerwarden -n __timerwarden_first -l version -d 'The version'
${commands.map(commandLines).join("\n")}
`;
}

function commandLines(command: OfferedCommand): string {
  const { name, aliases, summary, options, places } = command;
  const names = [name, ...aliases];
  const is = `__timerwarden_is ${names.join(" ")}`;
  const lines = names.map(
    (each) => `complete -c timerwarden -n __timerwarden_first -a ${each} -d ${quoted(summary)}`,
  );
  for (const { long, short, value, does } of options)
    lines.push(
      `complete -c timerwarden -n ${quoted(is)}${short === null ? "" : ` -s ${short}`} -l ${long}${valueFlags(value)} -d ${quoted(does)}`,
    );
  for (const [at, place] of places.entries()) {
    const offers = placeOffers(place);
    if (offers === "") continue;
    const to = at === places.length - 1 ? 99 : at;
    const when = `${is}; and not __timerwarden_first; and __timerwarden_place ${at} ${to}`;
    lines.push(`complete -c timerwarden -n ${quoted(when)} -a ${quoted(offers)}`);
  }
  return lines.join("\n");
}

function valueFlags(value: Value): string {
  switch (value.kind) {
    case "none":
      return "";
    case "any":
      return " -x";
    case "words":
      return ` -x -a ${quoted(value.words.join(" "))}`;
    case "format":
      return ` -x -a ${quoted(`(__timerwarden_formats ${value.words.join(" ")})`)}`;
    case "file":
      return " -r -F";
    case "directory":
      return ` -x -a '(__fish_complete_directories (commandline -ct))'`;
  }
}

function placeOffers({ words, timers, targets, files }: OfferedPlace): string {
  return [
    ...words,
    ...(timers ? ["(__timerwarden_timers)"] : []),
    ...(targets ? ["(__timerwarden_targets)"] : []),
    ...(files ? ["(__fish_complete_path (commandline -ct))"] : []),
  ].join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
