import { ON_THIS_MACHINE } from '../../config.ts'
import { MemoirError } from '../../errors.ts'
import { examples, whole, type CliContext, type Register } from '../context.ts'
import { INTERRUPTED, interruption, line, writeJson, type Io } from '../io.ts'
import { findLogs, followLogs, lastLines, type LogFile } from '../log-files.ts'
import { plain } from '../table.ts'
import { chosenAddress } from '../target.ts'

interface LogsOptions {
  readonly lines: number
  readonly follow?: true
  readonly json?: boolean
}

export const registerLogs: Register = (program, context) => {
  const { io } = context
  const command = program
    .command('logs')
    .argument('[part]', 'memoir, postgres, temporal or redis; all of them unless given')
    .option('--lines <n>', 'how many of the last lines of each', whole(1, 10_000), 20)
    .option('--follow', 'go on with what is written from now on, until Ctrl-C')
    .option('--json', 'answer one JSON value on standard output')
    .addHelpText(
      'after',
      `${examples('memoir logs', 'memoir logs memoir --follow', 'memoir logs temporal --lines 100')}

These are the logs of the data folder (MEMOIR_DATA_DIR) on this machine. They hold ids and codes, no text of memories and no keys.`,
    )
    .action(async (part: string | undefined, { lines, follow, json }: LogsOptions) => {
      if (follow && json) command.error('error: --follow does not end, so it has no --json')
      const logs = logsOf(context, part)
      const shown = logs.map((log) => ({ ...log, lines: lastLines(log.file, lines) }))
      if (json) return writeJson(io.stdout, { logs: shown })
      const show = printer(logs, io)
      for (const log of shown) for (const each of log.lines) show(log.part, each)
      if (!follow) return
      using interrupted = interruption(io)
      await followLogs(logs, show, interrupted.signal)
      context.exit(INTERRUPTED)
    })
}

/** @throws MemoirError `not_found` when there are none, or none of that part */
function logsOf(context: CliContext, part: string | undefined): LogFile[] {
  const { dataDir } = context.config(ON_THIS_MACHINE)
  const all = findLogs(dataDir)
  if (all.length === 0) {
    const elsewhere = chosenAddress(context)
    const next =
      elsewhere === undefined
        ? 'memoir up writes them; MEMOIR_DATA_DIR names its folder.'
        : `Those of ${elsewhere} are on its machine.`
    throw new MemoirError('not_found', `No logs are in ${dataDir}.`, { details: { next } })
  }
  const logs = all.filter((log) => part === undefined || log.part === part)
  if (logs.length > 0) return logs
  throw new MemoirError('not_found', `There is no log of ${plain(part ?? '')} here.`, {
    details: { next: `There is: ${all.map((log) => log.part).join(', ')}.` },
  })
}

/** Of several logs each line says whose it is. */
function printer(logs: readonly LogFile[], { stdout }: Io): (part: string, text: string) => void {
  const width = Math.max(...logs.map(({ part }) => part.length))
  return (part, text) =>
    line(stdout, logs.length === 1 ? plain(text) : `${part.padEnd(width)} | ${plain(text)}`)
}
