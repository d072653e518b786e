/** An assistant that remembers, over any OpenAI-compatible endpoint: npm run build && node examples/assistant.ts "Which medicine should I avoid?" */
import { Memoir } from '@memoir/client'
import OpenAI from 'openai'

const { MEMOIR_URL: baseUrl = 'http://127.0.0.1:8080', MEMOIR_KEY: apiKey = '' } = process.env
const { LLM_MODEL: model = 'gpt-5-mini', MEMOIR_USER: userId = 'maya' } = process.env
const [question = 'Which medicine should I avoid?'] = process.argv.slice(2)

const memoir = new Memoir({ baseUrl, apiKey })
const openai = new OpenAI()
const tools = memoir.tools.definitions({ only: ['recall_memory'] })
const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'Recall what you know of the user before you answer.' },
  { role: 'user', content: question },
]

for (;;) {
  const { choices } = await openai.chat.completions.create({ model, messages, tools })
  const message = choices[0]?.message
  if (message === undefined) throw new Error('The model answered nothing.')
  messages.push(message)
  const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function')
  if (calls.length === 0) {
    console.log(message.content)
    break
  }
  // Whose memories is not for the model to choose.
  for (const call of calls) messages.push(await memoir.tools.run(call, { userId }))
}
