// npm start: installs, builds what the command needs (no type declarations) and runs the main job on built-in data.
import { install, pnpm, requireNode, step } from './tools.mjs'

requireNode()
install()
pnpm('build', ['exec', 'turbo', 'run', 'build', '--filter=h2learn', '--output-logs=errors-only'], {
  env: { H2LEARN_BUILD: 'no-types' },
})
step('h2learn run mnist --preset quick', process.execPath, [
  'packages/h2learn/bin/h2learn.js',
  'run',
  'mnist',
  '--preset',
  'quick',
  ...process.argv.slice(2),
])
