import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createMetrics } from '../src/metrics.ts'

const file = new URL('../compose/grafana/memoir.json', import.meta.url)
const { panels, templating } = z
  .object({
    panels: z.array(
      z.object({
        id: z.number(),
        type: z.string(),
        title: z.string().min(1),
        targets: z.array(z.object({ expr: z.string().min(1) })).default([]),
      }),
    ),
    templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.string() })) }),
  })
  .parse(JSON.parse(readFileSync(file, 'utf8')))

const drawn = panels.filter(({ type }) => type !== 'row')
const queries = [
  ...drawn.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...templating.list.map(({ query }) => query),
]

/** Names as Prometheus has them: a histogram is three. */
const kinds = await createMetrics().registry.getMetricsAsJSON()
const labelsOf = new Map(
  kinds.flatMap(({ name, type }) =>
    String(type) === 'histogram'
      ? [`${name}_bucket`, `${name}_sum`, `${name}_count`].map((each) => [each, name] as const)
      : [[name, name] as const],
  ),
)

test('every panel asks for something, and every series it asks for is exported', () => {
  expect(drawn.filter(({ targets }) => targets.length === 0)).toEqual([])
  const asked = new Set(queries.flatMap((query) => query.match(/\bmemoir_\w+/g) ?? []))
  expect(asked.size).toBeGreaterThan(10)
  expect([...asked].filter((name) => !labelsOf.has(name))).toEqual([])
})

test('every series of Memoir has its place on it', () => {
  const asked = new Set(
    queries
      .flatMap((query) => query.match(/\bmemoir_\w+/g) ?? [])
      .map((name) => labelsOf.get(name)),
  )
  const own = kinds
    .map(({ name }) => name)
    .filter((name) => !/^memoir_(process|nodejs)_/.test(name))
  expect(own.filter((name) => !asked.has(name))).toEqual([])
})

test('labels it groups by and filters by are those the series have', async () => {
  const registry = createMetrics().registry
  const wrong = queries.flatMap((query) => {
    const name = labelsOf.get(/\bmemoir_\w+/.exec(query)?.[0] ?? '')
    const metric: object | undefined =
      name === undefined ? undefined : registry.getSingleMetric(name)
    const own: unknown = metric && 'labelNames' in metric ? metric.labelNames : []
    const known = new Set([...z.array(z.string()).parse(own), 'le', 'instance'])
    const grouped = [...query.matchAll(/by \(([^)]+)\)/g)].flatMap(([, list = '']) =>
      list.split(', '),
    )
    const filtered = [...query.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label = '']) => label)
    return [...grouped, ...filtered]
      .filter((label) => !known.has(label))
      .map((label) => [name, label])
  })
  expect(wrong).toEqual([])
})

test('panels have ids of their own', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
})
