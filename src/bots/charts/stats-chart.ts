/** Renders statistics as a picture for every platform: jobs over time, and the people with the most jobs. */
import type { EChartsCoreOption } from 'echarts/core'
import sharp from 'sharp'
import type { StatsView } from '../../app/views/views.ts'
import { dayMs } from '../../common/durations.ts'
import type { Words } from '../../words/en.ts'

/** The style of a chart: by the page's theme and the screen's width. */
export interface ChartStyle {
  theme: keyof typeof themes
  size: keyof typeof sizes
}

/** Labels have a contrast of at least 4.5:1, bars of at least 3:1. */
const themes = {
  light: {
    paper: '#ffffff',
    ink: '#3d3a34',
    soft: '#6a655b',
    line: '#e5e0d8',
    good: '#b4451f',
    bad: '#6b665d',
  },
  dark: {
    paper: '#1f1d1a',
    ink: '#ece8df',
    soft: '#a59e91',
    line: '#37332d',
    good: '#f0986d',
    bad: '#8f887b',
  },
} as const

/** The narrow one is shown 243 px wide on a screen of 320 px, where its labels still have 11 px. */
const sizes = {
  wide: { widthPx: 720, heightPx: 420, labelPx: 12, titlePx: 14, namesPx: 140, marginPx: 56 },
  narrow: { widthPx: 320, heightPx: 420, labelPx: 15, titlePx: 15, namesPx: 122, marginPx: 46 },
} as const

const defaultStyle: ChartStyle = { theme: 'light', size: 'wide' }

/** The size in CSS pixels. */
export function chartSize(size: ChartStyle['size']): { widthPx: number; heightPx: number } {
  const { widthPx, heightPx } = sizes[size]
  return { widthPx, heightPx }
}

/** PNG at double resolution for high-density screens. */
export async function statsChart(stats: StatsView, words: Words, look = defaultStyle): Promise<Uint8Array> {
  const svg = await statsChartSvg(stats, words, look)
  return sharp(Buffer.from(svg), { density: 144 }).png().toBuffer()
}

/** The chart as SVG text. */
export async function statsChartSvg(stats: StatsView, words: Words, look = defaultStyle): Promise<string> {
  // Loaded on first use, because most runs never draw a chart.
  const [{ init, use }, { BarChart }, components, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  const { GridComponent, TitleComponent, LegendComponent } = components
  use([BarChart, GridComponent, TitleComponent, LegendComponent, SVGRenderer])
  const { widthPx, heightPx } = sizes[look.size]
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height: heightPx })
  try {
    chart.setOption(chartOption(stats, words, look))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

type Colours = (typeof themes)[keyof typeof themes]

/** Jobs over time above, and the people with the most jobs below. */
function chartOption(
  stats: StatsView,
  { stats: words }: Words,
  { theme, size }: ChartStyle,
): EChartsCoreOption {
  const colours = themes[theme]
  const { labelPx, titlePx, namesPx, marginPx } = sizes[size]
  const isNarrow = size === 'narrow'
  const label = { color: colours.soft, fontSize: labelPx }
  const title = (text: string, top: number) => ({
    text,
    top,
    left: 16,
    textStyle: { color: colours.ink, fontSize: titlePx, fontWeight: 600 },
  })
  const people = [...stats.byPerson].sort((a, b) => a.jobs - b.jobs).slice(-5)
  const names = people.map(({ name }) => shortName(name, isNarrow ? 11 : 14))
  return {
    animation: false,
    backgroundColor: colours.paper,
    textStyle: { fontFamily: 'DejaVu Sans, Noto Sans CJK SC, sans-serif' },
    title: [title(words.overTime, 12), title(words.byPerson, 252)],
    // On a narrow chart the legend is below the title.
    legend: { top: isNarrow ? 34 : 10, right: 16, textStyle: label, itemWidth: 12, itemHeight: 12 },
    grid: [
      { left: marginPx, right: 24, top: isNarrow ? 66 : 48, height: isNarrow ? 142 : 160 },
      { left: namesPx, right: 24, top: 284, height: 104 },
    ],
    ...axesOf(sliceLabels(stats), names, label, colours),
    series: seriesOf(stats, people, words, colours),
  }
}

function axesOf(
  slices: readonly string[],
  names: readonly string[],
  label: { color: string; fontSize: number },
  colours: Colours,
): Pick<EChartsCoreOption, 'xAxis' | 'yAxis'> {
  const axis = {
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    axisLabel: label,
  }
  const counts = {
    type: 'value',
    minInterval: 1,
    ...axis,
    splitLine: { lineStyle: { color: colours.line } },
  }
  const axisLabel = { ...label, interval: 0, hideOverlap: true, textMargin: [0, 6] }
  return {
    xAxis: [
      { type: 'category', data: slices, ...axis, axisLabel },
      { ...counts, gridIndex: 1 },
    ],
    yAxis: [counts, { type: 'category', gridIndex: 1, data: names, ...axis }],
  }
}

function seriesOf(
  { timeline }: StatsView,
  people: StatsView['byPerson'],
  words: Words['stats'],
  colours: Colours,
): object[] {
  const bars = (name: string, data: readonly number[], color: string) => ({
    name,
    type: 'bar',
    stack: 'jobs',
    data,
    itemStyle: { color },
  })
  return [
    bars(
      words.jobs,
      timeline.map(({ jobs, failures }) => jobs - failures),
      colours.good,
    ),
    bars(
      words.failures,
      timeline.map(({ failures }) => failures),
      colours.bad,
    ),
    {
      type: 'bar',
      xAxisIndex: 1,
      yAxisIndex: 1,
      data: people.map(({ jobs }) => jobs),
      itemStyle: { color: colours.good },
      barMaxWidth: 18,
    },
  ]
}

/** Labels in UTC, which the title names: at the start of each hour for a day or less, otherwise of each date. */
function sliceLabels({ timeline, fromMs, toMs }: StatsView): string[] {
  const part = toMs - fromMs <= dayMs ? ([11, 16] as const) : ([5, 10] as const)
  const labels = timeline.map(slice => new Date(slice.fromMs).toISOString().slice(...part))
  return labels.map((label, i) => (label === labels[i - 1] ? '' : label))
}

function shortName(name: string, limit: number): string {
  const characters = [...name]
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : name
}
