import { Option } from 'commander'
import { EXTRACTIONS } from '../../domain/job.ts'
import { dataOptions, examples, type Register } from '../context.ts'
import type { EvalOptions } from '../eval/evaluate.ts'

const HALVES = ['dev', 'held', 'all']

export const registerEval: Register = (program, context) => {
  const command = program
    .command('eval')
    .argument(
      '<file>',
      'conversations and questions: LoCoMo, or the form of bench/data/chats.json; or one of the sets of this project: facts, person',
    )
    .option('--rankings <out>', 'write what was found for each question, as JSON lines')
    .addOption(
      new Option('--half <half>', 'of a set: what is for development, what is held back, or all')
        .choices(HALVES)
        .default('all'),
    )
    .addOption(
      new Option('--extract <how>', 'make facts of them too, found beside the messages').choices(
        EXTRACTIONS,
      ),
    )
    .option('--no-ablation', 'do not ask everything again without each stage of recall')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir eval locomo10.json', 'memoir eval 26.json --rankings run.jsonl --json', 'memoir eval facts --half dev')}

The conversations go into a namespace of their own, are taken in by a backfill of the running Memoir, asked about over HTTP, and
removed again. It needs an administrator's key.`,
    )
    .action(async (path: string, options: EvalOptions) => {
      // It knows languages and dates, which no other command has to load.
      const { runEval } = await import('../eval/evaluate.ts')
      await runEval(path, options, context)
    })
}
