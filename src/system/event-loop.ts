/** Measures the delays of the main thread's event loop while a server runs. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Time between two samples; the excess of a sample is the delay. */
const resolutionMs = 5

export interface EventLoopDelays {
  eventLoopP50Ms: number
  eventLoopP99Ms: number
  eventLoopMaxMs: number
}

export interface EventLoopWatch {
  /** Discards the measurements so far. */
  reset(): void
  /** Ends the measurement. */
  end(): EventLoopDelays
}

export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  /** Nanoseconds from one sample to the next, as milliseconds of delay with one decimal. */
  const delay = (ns: number) => Math.max(0, Math.round((ns / 1e6 - resolutionMs) * 10) / 10)
  return {
    reset: () => histogram.reset(),
    end() {
      histogram.disable()
      if (histogram.count === 0) return { eventLoopP50Ms: 0, eventLoopP99Ms: 0, eventLoopMaxMs: 0 }
      return {
        eventLoopP50Ms: delay(histogram.percentile(50)),
        eventLoopP99Ms: delay(histogram.percentile(99)),
        eventLoopMaxMs: delay(histogram.max),
      }
    },
  }
}
