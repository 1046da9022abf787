import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const onPath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) =>
      ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map((name) => join(folder, name)),
    )
    .find(existsSync)

/** The Chromium of this machine: that of H2LEARN_CHROMIUM, else the first on PATH; undefined where there is none. */
export const chromiumPath: string | undefined = process.env.H2LEARN_CHROMIUM || onPath()

/** What a test without a browser says. */
export const noChromium = 'skipped: no Chromium on PATH; apt-get install chromium, or name one in H2LEARN_CHROMIUM'

if (chromiumPath === undefined) console.warn(noChromium)

/** A headless Chromium with a profile of its own that calls nobody. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
