import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

const api = fileURLToPath(new URL('../api/', import.meta.url))
/** The pages that TypeDoc wrote, one a package, where it has run. */
const apiItems = existsSync(api)
  ? readdirSync(api, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .filter(({ name }) => existsSync(`${api}${name}/index.md`))
      .map(({ name }) => ({ text: name, link: `/api/${name}/` }))
  : []

const page = (text: string, link: string) => ({ text, link })

export default defineConfig({
  title: 'H2Learn in TypeScript',
  description: 'Train spiking networks with BPTT and see what the H2Learn accelerator would do with exactly that data',
  srcExclude: ['design/**'],
  cleanUrls: true,
  // links to files of the repository and to pages written elsewhere
  ignoreDeadLinks: [
    /^\.\.?\/\.\./,
    /packages\//,
    /examples\//,
    /CONTRIBUTING/,
    /benchmarks/,
    /engines/,
    /design\//,
    /plots\//,
  ],
  markdown: {
    // <folder> in a sentence is a word, not an element
    config: (md) => {
      md.renderer.rules.html_inline = (tokens, i) => md.utils.escapeHtml(tokens[i]!.content)
    },
  },
  vite: {
    resolve: {
      // the page of the first neuron runs the built package
      alias: { '@h2learn/snn-core': fileURLToPath(new URL('../../packages/snn-core/dist/index.js', import.meta.url)) },
    },
    // vite looks no further for settings
    configFile: false,
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: 'deep',
    nav: [
      page('Start', '/getting-started'),
      page('Tutorial', '/tutorial/'),
      page('Paper against model', '/paper-vs-model'),
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('Getting started', '/getting-started'),
          page('The command', '/command'),
          page('A chip file', '/chip'),
          page('Reading the report', '/reading-the-report'),
        ],
      },
      {
        text: 'Tutorial',
        items: [
          page('One neuron', '/tutorial/01-one-neuron'),
          page('Encodings and rasters', '/tutorial/02-encodings'),
          page('Surrogate gradients', '/tutorial/03-surrogate-gradients'),
          page('A first network', '/tutorial/04-training'),
          page('Event data', '/tutorial/05-event-data'),
          page('What it costs', '/tutorial/06-hardware-cost'),
        ],
      },
      {
        text: 'The paper',
        items: [
          page('The learning rule', '/learning-rule'),
          page('Networks of populations', '/networks'),
          page('Engines, from figure to file', '/engines'),
          page('Assumptions', '/assumptions'),
          page('Paper against model', '/paper-vs-model'),
          page('An API sketch, done right', '/sketch'),
        ],
      },
      {
        text: 'Your own chip',
        items: [
          page('Composing an accelerator', '/composing'),
          page('Adding a unit', '/adding-a-unit'),
          page('Adding a neuron', '/adding-a-neuron'),
          page('Adding an operator', '/adding-an-operator'),
          page('The cost model', '/cost-model'),
        ],
      },
      {
        text: 'Your own data',
        items: [page('Data formats', '/data-formats'), page('Traces of other frameworks', '/traces')],
      },
      {
        text: 'Project',
        items: [
          page('Training speed', '/benchmarks'),
          page('Training runs', '/training-runs'),
          page('Reliability', '/reliability'),
          page('Releasing', '/releasing'),
        ],
      },
      ...(apiItems.length > 0 ? [{ text: 'API', collapsed: true, items: apiItems }] : []),
    ],
  },
})
