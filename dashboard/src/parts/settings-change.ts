import type { AiSettings, AiSettingsChange } from '../../../src/client/index.ts'
import { textOf } from './dialog.tsx'

/** Only what was changed: what is left alone stays with the environment. */
export function changeOf(form: FormData, { llm, embedding }: AiSettings): AiSettingsChange {
  const field = (name: string, before: string | null) => {
    const now = textOf(form, name)
    return now === (before ?? '') ? undefined : now === '' ? null : now
  }
  const part = (name: 'llm' | 'embedding', shown: AiSettings['llm'] | AiSettings['embedding']) => {
    const base = field(`${name}.base_url`, shown.base_url)
    const model = field(`${name}.model`, shown.model)
    const key = textOf(form, `${name}.api_key`)
    return {
      ...(base === undefined ? {} : { base_url: base }),
      ...(model === undefined ? {} : { model }),
      ...(key === '' ? {} : { api_key: key }),
    }
  }
  const dim = Number(textOf(form, 'embedding.dim'))
  return {
    llm: part('llm', llm),
    embedding: {
      ...part('embedding', embedding),
      ...(dim > 0 && dim !== embedding.dim ? { dim } : {}),
    },
  }
}
