/** The last line of a test run, `N passed, N failed`: for scripts that read one line. */
import type { Reporter, TestModule } from 'vitest/node'

export class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<unknown>): void {
    let passed = 0
    let failed = unhandled.length
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      passed += tests.filter(test => test.result().state === 'passed').length
      failed += tests.filter(test => test.result().state === 'failed').length
      // A file that could not even be collected fails as one.
      if (module.state() === 'failed' && !tests.some(test => test.result().state === 'failed')) failed += 1
    }
    process.on('exit', () => console.log(`\n${passed} passed, ${failed} failed`))
  }
}
