// node scripts/docs-run.mjs [--write] [files]: runs the code blocks of the documentation on the build and compares what they
// print with what the page shows; --write puts it there.
//
// In docs/ every block in ts, js or sh runs unless its fence says `norun`; in a package README those in ts and js that show
// an output. The output is the block right below, without a language or in `text`; a line [...] in it stands for any lines.
// A block that says `more` goes on where the one before ended; one that says `fails` has to end with another exit code than 0.
import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { transform } from 'esbuild'
import { root } from './tools.mjs'

const write = process.argv.includes('--write')
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'))
// beside the packages, so that imports of all of them are found
const cache = join(root, 'packages/h2learn/node_modules/.cache')
const mark = '\u0001block '

const markdown = (folder, deep = true) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .flatMap((entry) =>
      entry.isDirectory() ? (deep ? markdown(join(folder, entry.name)) : []) : [join(folder, entry.name)],
    )
    .filter((file) => file.endsWith('.md'))

/** The pages whose blocks run. */
export const pages = () => [
  ...markdown('docs').filter((file) => !/^docs.(api|design)/.test(file)),
  ...readdirSync(join(root, 'packages'))
    .map((name) => join('packages', name, 'README.md'))
    .filter((file) => existsSync(join(root, file))),
]

/** The fenced blocks of a page with their place. */
const fences = (text) => {
  const found = []
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const [, ticks, lang = '', flags = ''] = /^(`{3,})(\S*)\s*(.*)$/.exec(lines[i]) ?? []
    if (!ticks) continue
    const start = i
    while (++i < lines.length && lines[i] !== ticks);
    found.push({ lang, flags: flags.split(/\s+/), start, end: i, text: lines.slice(start + 1, i).join('\n') })
  }
  return { lines, found }
}

/** The blocks to run, each with the block of its output if there is one. */
const runnable = (file, text) => {
  const { lines, found } = fences(text)
  const blocks = []
  for (const [n, block] of found.entries()) {
    if (!['ts', 'js', 'sh'].includes(block.lang) || block.flags.includes('norun')) continue
    const next = found[n + 1]
    const below = next && lines.slice(block.end + 1, next.start).every((line) => line.trim() === '')
    const output = below && ['', 'text'].includes(next.lang) ? next : undefined
    if (!file.startsWith('docs') && (block.lang === 'sh' || !output)) continue
    blocks.push({ ...block, output })
  }
  return { lines, blocks }
}

/** Runs the blocks of a page, one after the other in one process and one folder; their outputs. */
const runPage = async (blocks) => {
  const folder = mkdtempSync(join(tmpdir(), 'h2learn-docs-'))
  mkdirSync(cache, { recursive: true })
  const modules = mkdtempSync(join(cache, 'docs-'))
  const bin = join(folder, '.bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'h2learn'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'packages/h2learn/bin/h2learn.js')}' "$@"\n`,
  )
  chmodSync(join(bin, 'h2learn'), 0o755)
  const steps = []
  let code = ''
  for (const [n, block] of blocks.entries()) {
    if (block.lang === 'sh') {
      steps.push(`shell(${JSON.stringify(block.text)})`)
      continue
    }
    code = block.flags.includes('more') ? `${code}\nconsole.log('${mark}')\n${block.text}` : block.text
    const { code: js } = await transform(code, { loader: 'ts', format: 'esm', target: 'es2022' })
    const path = join(modules, `${n}.mjs`)
    writeFileSync(path, js)
    steps.push(`await import(${JSON.stringify(pathToFileURL(path).href)})`)
  }
  const main = join(modules, 'main.mjs')
  writeFileSync(
    main,
    `import { spawnSync } from 'node:child_process'
const shell = (text) => {
  const { stdout, status } = spawnSync('sh', ['-c', \`{ \${text}\n} 2>&1\`], { encoding: 'utf8', maxBuffer: 1 << 26 })
  process.stdout.write(stdout)
  if (status !== 0) console.log('exit code ' + status)
}
const fail = (error) => console.log('failed: ' + (error.stack ?? error))
${steps.map((step, n) => `console.log('${mark}${n}')\ntry { ${step} } catch (error) { fail(error) }`).join('\n')}
`,
  )
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1', COLUMNS: '100' }
  delete env.FORCE_COLOR
  const printed = await new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--no-warnings', main], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    const take = (chunk) => {
      text += chunk
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('error', failed)
    child.on('close', () => done(text))
  })
  rmSync(folder, { recursive: true, force: true })
  rmSync(modules, { recursive: true, force: true })
  return blocks.map((_, n) => {
    const from = printed.indexOf(`${mark}${n}\n`)
    const to = printed.indexOf(`${mark}${n + 1}\n`)
    const own = from < 0 ? 'did not run' : printed.slice(from + `${mark}${n}\n`.length, to < 0 ? undefined : to)
    // what a `more` block printed after the blocks before it
    return own.slice(own.lastIndexOf(`${mark}\n`) < 0 ? 0 : own.lastIndexOf(`${mark}\n`) + mark.length + 1).trimEnd()
  })
}

const tidy = (text) =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()

/** Whether a text is what a page shows, [...] standing for any lines. */
const matches = (shown, printed) => {
  const pattern = tidy(shown)
    .split(/^\[\.\.\.\]$/m)
    .map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*')
  return new RegExp(`^${pattern}$`).test(tidy(printed))
}

const check = async (file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const { lines, blocks } = runnable(file, text)
  if (blocks.length === 0) return { file, blocks: 0, wrong: [] }
  const printed = await runPage(blocks)
  const wrong = []
  const edits = []
  for (const [n, block] of blocks.entries()) {
    const failed = /^failed: |^exit code \d+$/m.test(printed[n]) !== block.flags.includes('fails')
    const shown = block.output?.text ?? ''
    if (!failed && matches(shown, printed[n])) continue
    wrong.push({ line: block.start + 1, shown, printed: printed[n], failed })
    if (!failed) edits.push({ block, text: printed[n] })
  }
  if (write && edits.length > 0) {
    for (const { block, text: now } of edits.reverse()) {
      if (block.output)
        lines.splice(block.output.start + 1, block.output.end - block.output.start - 1, ...tidy(now).split('\n'))
      else lines.splice(block.end + 1, 0, '', '```text', ...tidy(now).split('\n'), '```')
    }
    writeFileSync(join(root, file), lines.join('\n'))
    console.log(`wrote ${file}`)
  }
  return { file, blocks: blocks.length, wrong: write ? wrong.filter(({ failed }) => failed) : wrong }
}

const files = named.length > 0 ? named.map((file) => relative(root, join(process.cwd(), file))) : pages()
const results = []
const queue = [...files]
await Promise.all(
  [0, 1].map(async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) results.push(await check(file))
  }),
)
for (const { file, wrong } of results)
  for (const { line, shown, printed, failed } of wrong)
    console.error(
      `${file}:${line}: ${failed ? 'the block fails' : 'the page does not show what the block prints'}\n--- shown\n${shown}\n--- printed\n${printed}\n`,
    )
const count = results.reduce((sum, { blocks }) => sum + blocks, 0)
const bad = results.reduce((sum, { wrong }) => sum + wrong.length, 0)
console.log(
  `${count} blocks in ${results.length} pages, ${bad} wrong${bad > 0 && !write ? '; node scripts/docs-run.mjs --write puts the outputs of today into the pages' : ''}`,
)
process.exitCode = bad > 0 ? 1 : 0
