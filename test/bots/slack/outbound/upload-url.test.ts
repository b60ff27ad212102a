import { expect, test } from 'vitest'
import { isUploadUrl } from '../../../../src/bots/slack/outbound/uploads.ts'

const slack = 'https://slack.com/api/'
const fake = 'http://127.0.0.1:4000/api/'

test.each([
  ['https://files.slack.com/upload/v1/abc', slack, true],
  ['http://files.slack.com/upload/v1/abc', slack, false],
  ['http://slack.com/upload', slack, false],
  ['ftp://files.slack.com/upload', slack, false],
  ['blob:https://files.slack.com/abc', slack, false],
  ['not a url', slack, false],
  ['http://127.0.0.1:4000/upload/abc', fake, true],
  ['http://127.0.0.1:4001/upload/abc', fake, false],
])('a picture is sent to %s of the API %s: %s', (url, apiUrl, expected) => {
  expect(isUploadUrl(url, apiUrl)).toBe(expected)
})
