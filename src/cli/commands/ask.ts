import { z } from 'zod'
import { isErrorCode, MemoirError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import { dataOptions, examples, withClient, type DataOptions, type Register } from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { askedAnswer } from '../memory-answers.ts'
import { saidUnknown } from '../named.ts'
import { printTable, printText } from '../print.ts'

interface AskOptions extends DataOptions {
  readonly user: string
}

export const registerAsk: Register = (program, context) => {
  const command = program
    .command('ask')
    .argument('<question>', 'one question, complete by itself')
    .requiredOption('--user <id>', 'whose memories: your own id of the user')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir ask "What is Maya allergic to?" --user maya')}

The answer rests on memories and nothing else; they are listed below it. memoir recall shows memories without an answer.`,
    )
    .action(async (question: string, { user, json, namespace }: AskOptions) => {
      await withClient(context, namespace, async (client) => {
        const answer = await ask(client, question, user)
        if (json) writeJson(context.io.stdout, answer)
        if (!answer.known && (await saidUnknown(client, user, context.io))) return
        if (!json) print(answer, context.io)
      })
    })
}

const refusal = z.object({
  error: z.looseObject({ code: z.string(), message: z.string() }),
})

async function ask(client: ApiClient, question: string, user: string) {
  const { isError, structuredContent } = await client.callTool('ask_memory', {
    question,
    user_id: user,
  })
  if (!isError) return askedAnswer.parse(structuredContent)
  const { code, message } = refusal.parse(structuredContent).error
  throw new MemoirError(isErrorCode(code) ? code : 'internal', message)
}

function print({ known, answer, citations, model }: z.infer<typeof askedAnswer>, io: Io): void {
  if (!known) {
    line(io.stdout, 'Not known: the memories do not say.')
    return
  }
  printText(answer, io)
  line(io.stdout, '')
  const rows = citations.map(({ id, content, occurred_at: at }) => [
    id,
    at?.slice(0, 10) ?? '',
    content,
  ])
  printTable({ head: ['MEMORY', 'WHEN', 'WHAT IT RESTS ON'], rows, none: '' }, io)
  if (io.isTTY) line(io.stderr, `Answered by ${model === 'rules' ? 'the built-in rules' : model}.`)
}
