import type { Argument, Command, Option } from 'commander'

/** What completes commands, options and their choices in a shell: one script, made of the whole command line, that asks nothing. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

interface Choice {
  readonly name: string
  readonly description: string
}

interface CompletedOption extends Choice {
  /** Both forms, as they are typed. */
  readonly names: readonly string[]
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/** One command, by the words that lead to it: '' is memoir itself. */
interface Place {
  readonly path: string
  readonly commands: readonly Choice[]
  readonly options: readonly CompletedOption[]
  /** What the first argument can be, where that is known. */
  readonly choices: readonly string[]
}

export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, [])
  return { bash, zsh, fish }[shell](places)
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const help = command.createHelp()
  const below = help.visibleCommands(command).filter((each) => each.name() !== 'help')
  const argument: Argument | undefined = command.registeredArguments[0]
  return [
    {
      path: path.join(' '),
      commands: below.map((each) => ({ name: each.name(), description: each.description() })),
      options: help.visibleOptions(command).map(optionOf),
      choices: argument?.argChoices ?? [],
    },
    ...below.flatMap((each) => placesOf(each, [...path, each.name()])),
  ]
}

function optionOf({ long, short, description, argChoices, required, optional }: Option) {
  const names = [long, short].flatMap((name) => name ?? [])
  const takesValue = required || optional
  return { name: long ?? '', names, description, takesValue, choices: argChoices ?? [] }
}

const wordsOf = ({ commands, options, choices }: Place) => [
  ...commands.map(({ name }) => name),
  ...choices,
  ...options.flatMap(({ names }) => names),
]

/** A word of the shell, whatever is in it. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** Which command the words before the cursor lead to, in the variable `at`; and the word before the cursor, in `before`. */
function bash(places: readonly Place[]): string {
  const words = places.map(
    (place) => `    ${quote(place.path)}) words=${quote(wordsOf(place).join(' '))} ;;`,
  )
  return `# Completion of memoir for bash: source <(memoir completion bash)
_memoir() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at='' words='' word next
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    next="\${at:+$at }$word"
    case " $next" in
${pathsOf(places)}
    esac
  done
  COMPREPLY=()
  case "$at $before" in
${valuesOf(places)}
  esac
  case "$at" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _memoir memoir
`
}

const pathsOf = (places: readonly Place[]) =>
  places
    .filter(({ path }) => path !== '')
    .map(({ path }) => `      ${quote(` ${path}`)}) at=$next ;;`)
    .join('\n')

/** After an option that takes a value: its choices, or nothing of ours, which leaves the names of files. */
const valuesOf = (places: readonly Place[]) =>
  places
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ names, choices }) => {
          const when = names.map((name) => quote(`${path} ${name}`)).join('|')
          return choices.length === 0
            ? `    ${when}) return ;;`
            : `    ${when}) COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$cur")); return ;;`
        }),
    )
    .join('\n')

function zsh(places: readonly Place[]): string {
  const described = (items: readonly Choice[]) =>
    items.map(({ name, description }) =>
      quote(`${name.replaceAll(':', String.raw`\:`)}:${description}`),
    )
  const words = places.map(({ path, commands, options, choices }) => {
    const all = [
      ...commands,
      ...choices.map((name) => ({ name, description: '' })),
      ...options.flatMap(({ names, description }) => names.map((name) => ({ name, description }))),
    ]
    return `    ${quote(path)}) words_here=(${described(all).join(' ')}) ;;`
  })
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ names, choices }) => {
        const when = names.map((name) => quote(`${path} ${name}`)).join('|')
        return choices.length === 0
          ? `    ${when}) _files; return ;;`
          : `    ${when}) compadd -- ${choices.map(quote).join(' ')}; return ;;`
      }),
  )
  return `#compdef memoir
# Completion of memoir for zsh: source <(memoir completion zsh)
_memoir() {
  local at='' next i
  local -a words_here
  for ((i = 2; i < CURRENT; i++)); do
    next="\${at:+$at }\${words[i]}"
    case " $next" in
${pathsOf(places)}
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  _describe memoir words_here || _files
}
typeset -f compdef > /dev/null && compdef _memoir memoir || :
`
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options, choices }) => {
    const when = `-n ${quote(`__memoir_at ${quote(path)}`)}`
    return [
      ...commands.map(
        ({ name, description }) =>
          `complete -c memoir ${when} -f -a ${quote(name)} -d ${quote(description)}`,
      ),
      ...(choices.length === 0
        ? []
        : [`complete -c memoir ${when} -f -a ${quote(choices.join(' '))}`]),
      ...options.map(({ names, description, takesValue, choices: values }) => {
        const flags = names.map((name) =>
          name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
        )
        const value =
          values.length > 0 ? ` -x -a ${quote(values.join(' '))}` : takesValue ? ' -r' : ''
        return `complete -c memoir ${when} ${flags.join(' ')}${value} -d ${quote(description)}`
      }),
    ]
  })
  const paths = places.flatMap(({ path }) => (path === '' ? [] : [quote(path)]))
  return `# Completion of memoir for fish: memoir completion fish | source
function __memoir_at
    set -l at
    for word in (commandline -opc)[2..]
        set -l next (string join ' ' -- $at $word)
        if contains -- $next ${paths.join(' ')}
            set at $next
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`
}
