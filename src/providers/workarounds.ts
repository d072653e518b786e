/** What an endpoint does otherwise than OpenAI's, and is put up with. The names are labels of a metric; the sentences are for operators. */
export const WORKAROUNDS = {
  form: 'It does not take a JSON schema; the form is asked for in words.',
  parameter: 'It does not take a parameter, which is left out.',
  repaired: 'It answers JSON that has to be repaired.',
  parts_dropped:
    'It answers parts that are not in the form; they are left out, the others are used.',
  content_elsewhere:
    'It answers in parts, in a tool call or in its reasoning instead of the content.',
  event_stream: 'It answers a stream of events although none is asked for.',
  media_type: 'It answers JSON that does not say so.',
  compressed: 'It compresses answers although that is not asked for.',
  error_in_success: 'It tells of failures with status 200.',
  no_index: 'It answers vectors without an index; they are taken in their order.',
  vectors_elsewhere: 'It answers vectors in a list of its own form.',
  numbers_as_texts: 'It writes numbers as texts.',
  vectors_missing:
    'It leaves vectors out, or answers something else for them; those texts are asked for alone.',
  smaller_batches: 'It does not take as many texts at once; fewer are sent.',
} as const

export type Workaround = keyof typeof WORKAROUNDS
export type NoteWorkaround = (what: Workaround) => void
