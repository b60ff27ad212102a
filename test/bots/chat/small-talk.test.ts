/** What is said to the bot is told apart: a greeting, a call for help, a command, a prompt. */
import { describe, expect, it } from 'vitest'
import { commandIn, isGreeting } from '../../../src/bots/chat/small-talk.ts'

describe('words to the bot', () => {
  it.each(['hello', 'Hi!', 'hey Easel', '你好！', 'thanks :)'])('greet: %s', text => {
    expect([isGreeting(text), commandIn(text)]).toEqual([true, undefined])
  })

  it.each([
    ['help', 'help'],
    ['Help me!', 'help'],
    ['帮助', 'help'],
    ['?', 'help'],
    ['/easel', 'help'],
    ['what can you do?', 'help'],
    ['easel queue', 'queue'],
    ['cancel', 'queue'],
    ['取消', 'queue'],
    ['/easel queue', 'queue'],
    ['/models', 'models'],
    ['/queue.', 'queue.'],
    ['forget me', 'forget me'],
    ['show 0123456789abcdef', 'show 0123456789abcdef'],
  ])('are a command: %s', (text, command) => {
    expect([isGreeting(text), commandIn(text)]).toEqual([false, command])
  })

  it.each([
    'a red circle',
    'hello kitty on a bicycle',
    'help is on the way, oil painting',
    'queue of people in the rain',
    'show me a lighthouse',
    'easel in a studio, oil painting',
    'stop sign in the snow',
    '🐱',
    'models on a catwalk --n 4',
    '',
  ])('are a prompt: %s', text => {
    expect([isGreeting(text), commandIn(text)]).toEqual([false, undefined])
  })
})
