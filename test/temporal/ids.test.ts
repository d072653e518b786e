import { expect, test } from 'vitest'
import { WALKS, uuidOfName } from '../../src/temporal/ids.ts'

const NAMESPACE = '0190a3e4-0000-7000-8000-000000000001'

test('a workflow id is the same for the same work and shows no name', () => {
  const { workflowId } = WALKS.backfill
  const subject = { namespaceId: NAMESPACE, source: 'ada@example.org' }

  expect(workflowId(subject)).toBe(workflowId({ ...subject }))
  expect(workflowId(subject)).toMatch(/^backfill:[0-9a-f-]{36}:[0-9a-f-]{36}$/)
  expect(workflowId(subject)).not.toBe(workflowId({ ...subject, source: 'bob@example.org' }))
})

test('the uuid of a name never changes between versions', () => {
  expect(uuidOfName('main')).toBe('01119ffe-54cf-58d3-857a-4ea4f787b684')
})
