import { createRoute } from '@hono/zod-openapi'
import { putSettings, SETTINGS_ANSWERS, strictChange, testSettings } from '../ai-settings.ts'
import { needsEverything } from '../guard.ts'
import { body } from '../responses.ts'
import { createRouter } from '../router.ts'

/** Which models the installation uses: one set for all namespaces. */

const getSettings = createRoute({
  method: 'get',
  path: '/v1/settings/ai',
  operationId: 'getAiSettings',
  tags: ['settings'],
  summary: 'Show which models are in force, whether set here or by the environment',
  ...needsEverything(),
  request: {},
  responses: SETTINGS_ANSWERS.get,
})

const putAiSettings = createRoute({
  method: 'put',
  path: '/v1/settings/ai',
  operationId: 'putAiSettings',
  tags: ['settings'],
  summary: 'Change the models, in every process within seconds',
  description:
    'An absent field stays as it is, null goes back to what the environment says. Another embedding model than that of the stored vectors is refused with an estimate, unless `reembed` is true: then a job embeds the memories anew, and until it is done the model before answers, where it still can be asked.',
  ...needsEverything(),
  request: { body: body(strictChange) },
  responses: SETTINGS_ANSWERS.put,
})

const testAiSettings = createRoute({
  method: 'post',
  path: '/v1/settings/ai/test',
  operationId: 'testAiSettings',
  tags: ['settings'],
  summary:
    'Try whether the models do what is asked of them, as they would be after a change; nothing is kept',
  description:
    'Embeds two texts and a long one, and asks for the facts of one turn. `worked_around` says what an endpoint does otherwise than asked; `detail` is what one that fails said.',
  ...needsEverything('work'),
  request: { body: body(strictChange) },
  responses: SETTINGS_ANSWERS.test,
})

export const settingsRoutes = createRouter()
  .openapi(getSettings, async (c) => c.json(await c.var.services.settings.get(), 200))
  .openapi(putAiSettings, async (c) => {
    const call = { ...c.var, idempotencyKey: c.req.header('idempotency-key') }
    return c.json(await putSettings(call, c.req.valid('json')), 200)
  })
  .openapi(testAiSettings, async (c) => c.json(await testSettings(c.var, c.req.valid('json')), 200))
