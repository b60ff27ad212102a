#!/usr/bin/env node
/** The `easel` command: the program of cli/ in the surroundings of this process. */
import { main } from './cli/main.ts'

await main(process.argv.slice(2), process)
