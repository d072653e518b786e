import type { DriftReport } from '../../../src/client/index.ts'
import { pathTo } from '../route.ts'
import { When } from './basics.tsx'
import { count, plural } from './words.ts'

const FOUND = ['missing', 'extra', 'stale', 'ahead'] as const

const MEANING: Record<(typeof FOUND)[number], string> = {
  missing: 'In the record, not in the graph',
  extra: 'In the graph, not in the record',
  stale: 'The graph has an older revision',
  ahead: 'The graph has a revision that the record does not know',
}

/** What comparisons found, the latest first. */
export function DriftReports({ reports }: { readonly reports: readonly DriftReport[] }) {
  return (
    <ul className="rows">
      {reports.map((report) => (
        <li key={report.job} className="drift">
          <div className="drift-head">
            <a className="row-title" href={pathTo('jobs', { id: report.job })}>
              {report.operation}
            </a>
            {report.dry_run ? <span className="badge">dry run</span> : null}
            <Verdict report={report} />
            <span className="muted row-end">
              <When at={report.started_at} />
            </span>
          </div>
          <p className="small muted">{walked(report)}</p>
          {report.inconsistencies === 0 ? null : <Found report={report} />}
        </li>
      ))}
    </ul>
  )
}

function Verdict({ report }: { readonly report: DriftReport }) {
  if (report.finished_at === null) return <span className="badge state-running">under way</span>
  if (report.inconsistencies === 0) return <span className="badge state-succeeded">agree</span>
  const mended = report.repaired >= report.inconsistencies
  return (
    <span className={mended ? 'badge state-succeeded' : 'badge state-paused'}>
      {plural(report.inconsistencies, 'difference')}
    </span>
  )
}

function walked({ total_checked: checked, repaired, failed }: DriftReport): string {
  const parts = [`${plural(checked, 'memory', 'memories')} compared`]
  if (repaired > 0) parts.push(`${count(repaired)} mended`)
  if (failed > 0) parts.push(`${count(failed)} could not be mended`)
  return parts.join(', ')
}

function Found({ report }: { readonly report: DriftReport }) {
  return (
    <dl className="found">
      {FOUND.filter((name) => report[name] > 0).map((name) => (
        <div key={name}>
          <dt title={MEANING[name]}>{name}</dt>
          <dd>
            {count(report[name])}
            <Sample ids={report.sample[name] ?? []} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Sample({ ids }: { readonly ids: readonly string[] }) {
  if (ids.length === 0) return null
  return (
    <details className="small">
      <summary>the first {ids.length === 1 ? 'one' : ids.length}</summary>
      <ul className="plain">
        {ids.map((id) => (
          <li key={id}>
            <code>{id}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}
