/** One scene of full size in a process of its own: prints its figures as JSON. */
import { scenes } from './scenes.ts'

const [, , name, modelsDir, rounds] = process.argv
const scene = scenes.find(one => one.name === name)
if (!scene || modelsDir === undefined) throw new Error(`no scene is called ${name}`)
console.log(JSON.stringify(await scene.play(modelsDir, Number(rounds))))
