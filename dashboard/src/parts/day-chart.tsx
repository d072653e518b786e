import { useEffect, useRef } from 'react'
import uPlot, { type AlignedData, type Axis, type Options, type Series } from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useColours, type Colours } from './colours.ts'
import type { ChartData } from './activity.ts'

export interface DayChartProps {
  readonly data: ChartData
  /** A value as the axis says it. */
  readonly say: (value: number) => string
  readonly shape: 'bars' | 'lines'
  readonly look?: 'accent' | 'bad'
  /** The day that is pointed at, by its place. */
  onPoint(day: number | null): void
}

const HEIGHT = 132
const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif'

/** A value a day, on a canvas. What it says in words is up to whoever places it. */
export function DayChart({ data, say, shape, look = 'accent', onPoint }: DayChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const colours = useColours()

  useEffect(() => {
    const box = place.current
    if (box === null) return undefined
    const options = optionsOf({ colours, say, shape, look, lines: data.values.length })
    const chart = new uPlot(
      {
        ...options,
        width: Math.max(160, box.clientWidth),
        hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
      },
      alignedOf(data),
      box,
    )
    const watch = new ResizeObserver(() => {
      chart.setSize({ width: Math.max(160, box.clientWidth), height: HEIGHT })
    })
    watch.observe(box)
    return () => {
      watch.disconnect()
      chart.destroy()
    }
  }, [data, colours, say, shape, look, onPoint])

  return <div ref={place} className="chart-place" aria-hidden="true" />
}

const alignedOf = ({ days, values }: ChartData): AlignedData => [
  days.map((day) => Date.parse(day) / 1000),
  ...values.map((line) => [...line]),
]

interface Drawing extends Pick<DayChartProps, 'say' | 'shape'> {
  readonly colours: Colours
  readonly look: 'accent' | 'bad'
  readonly lines: number
}

function optionsOf({ colours, say, shape, look, lines }: Drawing): Omit<Options, 'width'> {
  const axis: Axis = {
    stroke: colours.quiet,
    font: AXIS_FONT,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  }
  return {
    height: HEIGHT,
    // Days are those of the record, which counts in UTC.
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: shape === 'lines' } },
    padding: [8, 8, 0, 0],
    scales: { x: { range: (_, from, to) => [from - 43_200, to + 43_200] }, y: { range: fromZero } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, values: '{D} {MMM}', space: 64 },
      { ...axis, size: 52, space: 32, values: (_, splits) => splits.map((each) => say(each)) },
    ],
    series: [
      {},
      ...Array.from({ length: lines }, (_, line) => seriesOf(line, { colours, shape, look })),
    ],
  }
}

const fromZero = (_: uPlot, _least: number, most: number): [number, number] => [
  0,
  most > 0 ? most * 1.1 : 1,
]

function seriesOf(
  line: number,
  { colours, shape, look }: Pick<Drawing, 'colours' | 'shape' | 'look'>,
): Series {
  const colour = line === 0 ? colours[look] : colours['line-strong']
  if (shape === 'lines')
    return { stroke: colour, width: 2, points: { show: true, size: 4, fill: colour } }
  const paths = uPlot.paths.bars?.({ size: [0.7, 18], radius: 0.15 })
  return {
    stroke: colour,
    fill: colour,
    width: 0,
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
  }
}
