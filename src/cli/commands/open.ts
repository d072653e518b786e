import { ON_THIS_MACHINE } from '../../config.ts'
import { nothingRuns } from '../connect.ts'
import { examples, urlOption, type Register } from '../context.ts'
import { line, writeJson } from '../io.ts'
import { findTarget } from '../target.ts'

interface OpenOptions {
  readonly browser: boolean
  readonly json?: boolean
}

export const registerOpen: Register = (program, context) => {
  const { io, parts } = context
  program
    .command('open')
    .addOption(urlOption())
    .option('--no-browser', 'print the address only')
    .option('--json', 'answer one JSON value on standard output')
    .addHelpText(
      'after',
      `${examples('memoir open', 'memoir open --no-browser')}

Sign in there with a key. In a pipe the address is printed and no browser is opened.`,
    )
    .action(async ({ browser, json }: OpenOptions) => {
      const target = await findTarget(context)
      if (target === null) throw nothingRuns(context.config(ON_THIS_MACHINE))
      const url = `${target.url}/`
      const opened = browser && io.isTTY && (await parts.openBrowser(url))
      if (json) return writeJson(io.stdout, { url, opened })
      line(io.stdout, url)
      if (browser && io.isTTY && !opened) {
        line(io.stderr, 'No browser could be opened here; the address is above.')
      }
    })
}
