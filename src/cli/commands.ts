import type { Register } from './context.ts'

/** Every command by its name. What one is made of is loaded when it is used, so that `--help` and `--version` answer at once. */
export interface ListedCommand {
  readonly name: string
  readonly group: string
  readonly description: string
  readonly load: () => Promise<Register>
}

const START = 'Start and connect:'
const MEMORIES = 'Memories:'
const INGEST = 'Ingest:'
const WORK = 'Work and what it makes:'
const OPERATE = 'Operate:'

export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'up',
    group: START,
    description: 'start everything on this machine: database, Temporal, API and worker',
    load: async () => (await import('./commands/up.ts')).registerUp,
  },
  {
    name: 'open',
    group: START,
    description: 'open the dashboard in a browser',
    load: async () => (await import('./commands/open.ts')).registerOpen,
  },
  {
    name: 'login',
    group: START,
    description: 'keep the address and key of a Memoir, for every command from now on',
    load: async () => (await import('./commands/login.ts')).registerLogin,
  },
  {
    name: 'doctor',
    group: START,
    description: 'check the configuration and every connection, and say what to do',
    load: async () => (await import('./commands/doctor.ts')).registerDoctor,
  },
  {
    name: 'logs',
    group: START,
    description: 'show the logs of what memoir up runs on this machine',
    load: async () => (await import('./commands/logs.ts')).registerLogs,
  },
  {
    name: 'ask',
    group: MEMORIES,
    description: 'answer a question from what is remembered of a user',
    load: async () => (await import('./commands/ask.ts')).registerAsk,
  },
  {
    name: 'recall',
    group: MEMORIES,
    description: 'find what is remembered of a user',
    load: async () => (await import('./commands/recall.ts')).registerRecall,
  },
  {
    name: 'context',
    group: MEMORIES,
    description: 'what is remembered about a question, as one block for a prompt',
    load: async () => (await import('./commands/context.ts')).registerContext,
  },
  {
    name: 'remember',
    group: MEMORIES,
    description: 'store one memory of a user',
    load: async () => (await import('./commands/remember.ts')).registerRemember,
  },
  {
    name: 'memories',
    group: MEMORIES,
    description: 'list memories, and show, trace and restore one',
    load: async () => (await import('./commands/memories.ts')).registerMemories,
  },
  {
    name: 'users',
    group: MEMORIES,
    description: 'users, and how much is remembered of each',
    load: async () => (await import('./commands/users.ts')).registerUsers,
  },
  {
    name: 'forget',
    group: MEMORIES,
    description: 'forget memories for good, with all that came of them alone',
    load: async () => (await import('./commands/forget.ts')).registerForget,
  },
  {
    name: 'erase',
    group: MEMORIES,
    description: 'erase a user: everything of them, in every store, with a receipt',
    load: async () => (await import('./commands/erase.ts')).registerErase,
  },
  {
    name: 'export',
    group: MEMORIES,
    description: 'export everything about one user, as JSON lines',
    load: async () => (await import('./commands/export.ts')).registerExport,
  },
  {
    name: 'import',
    group: INGEST,
    description:
      'load conversations from a file: JSONL, an export of Memoir, ChatGPT, Claude, Telegram, Slack, mem0, Zep, a chat or captions',
    load: async () => (await import('./commands/import.ts')).registerImport,
  },
  {
    name: 'backfill',
    group: INGEST,
    description: 'ingest every conversation of the source; unchanged ones are skipped',
    load: async () => (await import('./commands/backfill.ts')).registerBackfill,
  },
  {
    name: 'nightly',
    group: INGEST,
    description: 'ingest now what changed since the last run, as the schedule does every night',
    load: async () => (await import('./commands/nightly.ts')).registerNightly,
  },
  {
    name: 'migrate-episodes',
    group: INGEST,
    description: 'ingest a table of episodes that another system kept',
    load: async () => (await import('./commands/migrate-episodes.ts')).registerMigrateEpisodes,
  },
  {
    name: 'sessions',
    group: INGEST,
    description: 'post transcripts, and see what became of them',
    load: async () => (await import('./commands/sessions.ts')).registerSessions,
  },
  {
    name: 'jobs',
    group: WORK,
    description: 'list, watch, pause, cancel and retry jobs',
    load: async () => (await import('./commands/jobs.ts')).registerJobs,
  },
  {
    name: 'narrative',
    group: WORK,
    description: 'show the narrative of a user, or regenerate it',
    load: async () => (await import('./commands/narrative.ts')).registerNarrative,
  },
  {
    name: 'consolidate',
    group: WORK,
    description: 'consolidate days: one summary each, duplicates merged, old vectors moved',
    load: async () => (await import('./commands/consolidate.ts')).registerConsolidate,
  },
  {
    name: 'schedules',
    group: WORK,
    description: 'list and change the schedules; all times are in UTC',
    load: async () => (await import('./commands/schedules.ts')).registerSchedules,
  },
  {
    name: 'keys',
    group: OPERATE,
    description: 'make, list and revoke keys of the API',
    load: async () => (await import('./commands/keys.ts')).registerKeys,
  },
  {
    name: 'models',
    group: OPERATE,
    description: 'which models are used, and which this machine has',
    load: async () => (await import('./commands/models.ts')).registerModels,
  },
  {
    name: 'budget',
    group: OPERATE,
    description: 'show or change what a namespace may spend on model vendors in a day (UTC)',
    load: async () => (await import('./commands/budget.ts')).registerBudget,
  },
  {
    name: 'sync',
    group: OPERATE,
    description: 'compare the graph with the record, and repair it',
    load: async () => (await import('./commands/sync.ts')).registerSync,
  },
  {
    name: 'reembed',
    group: OPERATE,
    description: 'embed all memories again, with the model that is configured now',
    load: async () => (await import('./commands/reembed.ts')).registerReembed,
  },
  {
    name: 'eval',
    group: OPERATE,
    description: 'measure what recall finds: questions about conversations, with their answers',
    load: async () => (await import('./commands/eval.ts')).registerEval,
  },
  {
    name: 'migrate',
    group: OPERATE,
    description: 'bring the schema of DATABASE_URL up to date',
    load: async () => (await import('./commands/migrate.ts')).registerMigrate,
  },
  {
    name: 'api',
    group: OPERATE,
    description: 'serve the HTTP API in this process',
    load: async () => (await import('./commands/api.ts')).registerApi,
  },
  {
    name: 'worker',
    group: OPERATE,
    description: 'run accepted work in this process',
    load: async () => (await import('./commands/worker.ts')).registerWorker,
  },
  {
    name: 'mcp',
    group: OPERATE,
    description: 'serve the memory tools to an MCP client over standard input and output',
    load: async () => (await import('./commands/mcp.ts')).registerMcp,
  },
  {
    name: 'completion',
    group: OPERATE,
    description: 'print what completes commands in bash, zsh or fish',
    load: async () => (await import('./commands/completion.ts')).registerCompletion,
  },
]
