/** Prints a conversation with Easel on Discord as the people in it see it: npm run transcript:discord. */
import { playDiscord } from './discord-scenes.ts'

const played = await playDiscord(scene => process.stdout.write(`${scene}\n\n`))
await played.dispose()
