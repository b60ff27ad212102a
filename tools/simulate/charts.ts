/** Charts of simulated days as SVG text. */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

export interface ChartSeries {
  readonly name: string
  readonly values: readonly number[]
}

export interface Chart {
  readonly kind: 'line' | 'bar'
  readonly title: string
  /** What the labels are. */
  readonly labelsName: string
  readonly labels: readonly string[]
  /** What the values are, with their unit. */
  readonly valuesName: string
  readonly series: readonly ChartSeries[]
}

const widthPx = 720
const heightPx = 360
const ink = '#3d3a34'
const soft = '#8a8478'
const line = '#e5e0d8'
const colours = ['#b4451f', '#3f6f8f', '#6b665d', '#c99a2e', '#6f8f3f']

/** The same chart gives the same text. */
export function chartSvg(chart: Chart): string {
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height: heightPx })
  try {
    drawn.setOption(optionOf(chart))
    return (
      drawn
        .renderToSVGString()
        // Names that echarts numbers through the process, and styles of the pointer above a chart that nothing answers to.
        .replaceAll(/zr\d+-/g, 'chart-')
        .replaceAll(/ class="[^"]*"| pointer-events="[^"]*"|<style[\s\S]*?<\/style>\n?/g, '')
        .replace(/>/, ` role="img"><title>${chart.title}</title>`)
    )
  } finally {
    drawn.dispose()
  }
}

function optionOf({ kind, title, labels, labelsName, valuesName, series }: Chart): EChartsCoreOption {
  const text = { color: soft, fontSize: 12 }
  const axis = {
    nameTextStyle: text,
    axisLabel: text,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: line } },
  }
  return {
    animation: false,
    backgroundColor: '#ffffff',
    color: colours,
    textStyle: { fontFamily: 'DejaVu Sans, sans-serif' },
    title: { text: title, left: 16, top: 12, textStyle: { color: ink, fontSize: 14, fontWeight: 600 } },
    legend: { top: 36, left: 16, textStyle: text, itemWidth: 12, itemHeight: 12, itemGap: 36 },
    grid: { left: 64, right: 32, top: 96, bottom: 52 },
    xAxis: { type: 'category', data: labels, name: labelsName, nameLocation: 'middle', nameGap: 30, ...axis },
    yAxis: { type: 'value', name: valuesName, ...axis, splitLine: { lineStyle: { color: line } } },
    series: series.map(({ name, values }) => ({
      name,
      type: kind,
      data: values.map(value => Math.round(value * 100) / 100),
      ...(kind === 'line' && { symbolSize: 5, showSymbol: labels.length < 30 }),
    })),
  }
}
