import type { Command } from 'commander'
import { MemoirError } from '../../errors.ts'
import type { ReceiptAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import { confirmed } from '../confirm.ts'
import { dataOptions, examples, withClient, type DataOptions, type Register } from '../context.ts'
import { DONE, FAILED, line, writeJson, type Io } from '../io.ts'
import { noSuch } from '../named.ts'
import { printTable } from '../print.ts'
import { plain } from '../table.ts'
import { concludeJob, followJob } from '../watch.ts'

interface EraseOptions extends DataOptions {
  readonly yes?: boolean
  readonly wait: boolean
}

export const registerErase: Register = (program, context) => {
  const command = program
    .command('erase')
    .argument('<user>', 'your own id of the user')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir export maya --out maya.jsonl', 'memoir erase maya', 'memoir erase maya --yes --json')}

At once nothing is told and nothing accepted of them any more. Ctrl-C ends the watching, not the erasure.`,
    )
    .action(async (user: string, options: EraseOptions, command: Command) => {
      const { json, namespace, yes = false, wait } = options
      const { io } = context
      const question = `Erase everything of ${plain(user)}? It cannot be taken back.`
      if (!(await confirmed(io, command, { question, yes }))) {
        line(io.stderr, 'Nothing was changed.')
        context.exit(FAILED)
        return
      }
      await withClient(context, namespace, async (client) => {
        const { job: id } = await eraseUser(client, user)
        if (!wait) {
          if (json) writeJson(io.stdout, await client.receipt(id))
          else line(io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
          return
        }
        const job = await followJob(client, id, io, 'erase')
        const code = concludeJob(job, id, io)
        if (code === DONE || json) printReceipt(await client.receipt(id), io, json)
        if (code !== DONE) context.exit(code)
      })
    })
}

async function eraseUser(client: ApiClient, user: string) {
  try {
    return await client.eraseUser(user)
  } catch (error) {
    if (error instanceof MemoirError && error.code === 'not_found') throw noSuch('user', user)
    throw error
  }
}

function printReceipt(receipt: ReceiptAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, receipt)
  const { id, deleted, found_again: again, finished_at: at } = receipt
  const places = [...new Set([...Object.keys(deleted), ...Object.keys(again)])]
  const rows = places.map((place) => [
    plain(place),
    String(deleted[place] ?? 0),
    String(again[place] ?? 0),
  ])
  printTable({ head: ['PLACE', 'DELETED', 'FOUND AGAIN'], rows, none: '' }, io)
  line(io.stdout, `Erased ${at ?? ''}. Receipt ${id}, which stands in the audit log too.`)
}
