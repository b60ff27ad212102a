/** Prints a conversation with Easel on Slack as the people in it see it: npm run transcript:slack. */
import { playSlack } from './slack-scenes.ts'

const played = await playSlack(scene => process.stdout.write(`${scene}\n\n`))
await played.dispose()
