/** Renders statistics as a picture for every platform: jobs over time, and the people with the most jobs. */
import type { EChartsCoreOption } from 'echarts/core'
import sharp from 'sharp'
import type { StatsView } from '../../app/views/views.ts'
import { dayMs } from '../../common/durations.ts'
import type { Words } from '../../words/en.ts'

const widthPx = 720
const heightPx = 420
const colours = { ink: '#3d3a34', soft: '#8a8478', line: '#e5e0d8', good: '#b4451f', bad: '#6b665d' }

/** PNG at double resolution for high-density screens. */
export async function statsChart(stats: StatsView, words: Words): Promise<Uint8Array> {
  const svg = await statsChartSvg(stats, words)
  return sharp(Buffer.from(svg), { density: 144 }).png().toBuffer()
}

/** The same as SVG text. */
export async function statsChartSvg(stats: StatsView, words: Words): Promise<string> {
  // Loaded on first use, because most runs never draw a chart.
  const [{ init, use }, { BarChart }, components, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  const { GridComponent, TitleComponent, LegendComponent } = components
  use([BarChart, GridComponent, TitleComponent, LegendComponent, SVGRenderer])
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height: heightPx })
  try {
    chart.setOption(chartOption(stats, words))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

function chartOption(stats: StatsView, { stats: words }: Words): EChartsCoreOption {
  const label = { color: colours.soft, fontSize: 12 }
  const axis = {
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    axisLabel: label,
  }
  const title = (text: string, top: number) => ({
    text,
    top,
    left: 16,
    textStyle: { color: colours.ink, fontSize: 14, fontWeight: 600 },
  })
  const people = [...stats.byPerson].sort((a, b) => a.jobs - b.jobs).slice(-5)
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'DejaVu Sans, Noto Sans CJK SC, sans-serif' },
    title: [title(words.overTime, 12), title(words.byPerson, 252)],
    legend: { top: 10, right: 16, textStyle: label, itemWidth: 12, itemHeight: 12 },
    grid: [
      { left: 56, right: 24, top: 48, height: 160 },
      { left: 140, right: 24, top: 284, height: 104 },
    ],
    xAxis: [
      {
        type: 'category',
        data: sliceLabels(stats),
        ...axis,
        axisLabel: { ...label, interval: 0, hideOverlap: true },
      },
      {
        type: 'value',
        gridIndex: 1,
        minInterval: 1,
        ...axis,
        splitLine: { lineStyle: { color: colours.line } },
      },
    ],
    yAxis: [
      { type: 'value', minInterval: 1, ...axis, splitLine: { lineStyle: { color: colours.line } } },
      { type: 'category', gridIndex: 1, data: people.map(row => shortName(row.name)), ...axis },
    ],
    series: [
      {
        name: words.jobs,
        type: 'bar',
        stack: 'jobs',
        data: stats.timeline.map(slice => slice.jobs - slice.failures),
        itemStyle: { color: colours.good },
      },
      {
        name: words.failures,
        type: 'bar',
        stack: 'jobs',
        data: stats.timeline.map(slice => slice.failures),
        itemStyle: { color: colours.bad },
      },
      {
        type: 'bar',
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: people.map(row => row.jobs),
        itemStyle: { color: colours.good },
        barMaxWidth: 18,
      },
    ],
  }
}

/** Labels at the start of each hour for a day or less, otherwise of each date. */
function sliceLabels({ timeline, fromMs, toMs }: StatsView): string[] {
  const part = toMs - fromMs <= dayMs ? ([11, 16] as const) : ([5, 10] as const)
  const labels = timeline.map(slice => new Date(slice.fromMs).toISOString().slice(...part))
  return labels.map((label, i) => (label === labels[i - 1] ? '' : label))
}

function shortName(name: string): string {
  const characters = [...name]
  return characters.length > 14 ? `${characters.slice(0, 13).join('')}…` : name
}
