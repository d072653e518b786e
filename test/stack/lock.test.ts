import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { takeLock } from '../../src/stack/lock.ts'
import { createDataDir } from './stack-process.ts'

test('a second one is refused and told who has the folder, until the first gives it free', async () => {
  const dir = createDataDir()
  const release = await takeLock(dir)
  await expect(takeLock(dir)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`process ${process.pid}`) as string,
  })
  release()
  const again = await takeLock(dir)
  again()
  expect(readdirSync(join(dir, 'lock'))).toEqual([])
})

test('marks of processes that ended count for nothing, also when another has their number now', async () => {
  const dir = createDataDir()
  const ended = spawn('true', { stdio: 'ignore' })
  await once(ended, 'exit')
  mkdirSync(join(dir, 'lock'))
  const mark = (name: string, content: string) =>
    writeFileSync(join(dir, 'lock', `${name}.json`), content)
  mark('ended', JSON.stringify({ pid: ended.pid, started: '1' }))
  mark('reused', JSON.stringify({ pid: process.pid, started: '1' }))
  mark('cut-short', '{"pid":')
  const release = await takeLock(dir)
  expect(readdirSync(join(dir, 'lock'))).toHaveLength(1)
  release()
})

test('a process that ended and was not waited for holds nothing', async () => {
  const dir = createDataDir()
  // Its parent never asks how the child ended: it stays in the process table.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'])
  onTestFinished(() => void parent.kill('SIGKILL'))
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  mkdirSync(join(dir, 'lock'))
  const mark = JSON.stringify({ pid: Number(line.toString()), started: null })
  writeFileSync(join(dir, 'lock', 'zombie.json'), mark)
  await expect.poll(() => takeLock(dir)).toEqual(expect.any(Function))
})

test('of many that begin at once exactly one gets the folder, whatever a killed one left there', async () => {
  const dir = createDataDir()
  mkdirSync(join(dir, 'lock'))
  writeFileSync(join(dir, 'lock', 'killed.json'), JSON.stringify({ pid: 1, started: 'never' }))
  const script = `
    const { takeLock } = await import(${JSON.stringify(new URL('../../src/stack/lock.ts', import.meta.url).href)})
    process.stdin.once('data', () => takeLock(${JSON.stringify(dir)})
      .then(() => console.log('got'), (error) => console.log(error.code)))
    console.log('ready')`
  const racers = Array.from({ length: 5 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  onTestFinished(() => racers.forEach((racer) => void racer.kill('SIGKILL')))
  await Promise.all(racers.map(async (racer) => await once(racer.stdout, 'data')))
  const answers = await Promise.all(
    racers.map(async (racer) => {
      racer.stdin.write('go\n')
      const [answer] = (await once(racer.stdout, 'data')) as [Buffer]
      return answer.toString().trim()
    }),
  )
  expect(answers.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'conflict', 'got'])
})
