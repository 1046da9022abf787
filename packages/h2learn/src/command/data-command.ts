import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'
import { integerOption, sizeOption, wordOption } from './numbers'

const getHelp = async () => (await import('./data-get')).dataList()

const sensorHelp = 'pixels of the sensor, where the recording does not say (some .dat and RAW, AEDAT 3.1)'

/** `h2learn data`: look at data sets, draw samples, fetch them from their own pages. */
export const dataCommand: RegisterCommand = (root, exitWith) => {
  const data = root
    .command('data')
    .description('look at data sets and recordings, draw samples, fetch data sets')
    .addHelpText(
      'after',
      `
Examples:
  $ h2learn data info path/to/mnist              counts, labels, histograms
  $ h2learn data show recording.aedat --png a.png
  $ h2learn data show recording.dat --sensor 640x480 --from 0 --to 50000 --bins 6
  $ h2learn data list                            data sets that can be fetched, with size and licence
  $ h2learn data get mnist --out data/mnist      resumes, checks the published checksums`,
    )
  withCommonOptions(
    data
      .command('info')
      .argument('<path>', 'file or folder')
      .description('recognise a file or folder and print counts, sizes, duration, event rate, histograms')
      .option('--sensor <WxH>', sensorHelp, sizeOption('--sensor')),
  ).action(async (path: string, given: CommonOptions & import('./data-info').DataInfoOptions) => {
    const { dataInfo } = await import('./data-info')
    exitWith(await dataInfo(path, given, consoleOf(given)))
  })
  withCommonOptions(
    data
      .command('show')
      .argument('<path>', 'file or folder')
      .description('draw a sample in the terminal, and as PNG or SVG')
      .option('--sample <n>', 'number of the sample, from 0', integerOption('--sample', 0))
      .option('--split <name>', 'train (default) or test', wordOption('--split', ['train', 'test']))
      .option(
        '--view <name>',
        'of events: sum (default), raster (rows over time) or surface (last events)',
        wordOption('--view', ['sum', 'raster', 'surface']),
      )
      .option('--bins <n>', 'equal parts of time, a picture each (raster: columns)', integerOption('--bins', 1, 1000))
      .option(
        '--from <us>',
        'begin here: µs on the clock of the recording (timesteps of a set of frames)',
        integerOption('--from', 0),
      )
      .option('--to <us>', 'end before', integerOption('--to', 1))
      .option('--whole', 'the whole sensor, also where events fill a small part of it')
      .option('--sensor <WxH>', sensorHelp, sizeOption('--sensor'))
      .option('--png <file>', 'write a PNG')
      .option('--svg <file>', 'write an SVG')
      .option('--zoom <n>', 'pixels a pixel in the files', integerOption('--zoom', 1, 64)),
  ).action(async (path: string, given: CommonOptions & import('./data-show').DataShowOptions) => {
    const { dataShow } = await import('./data-show')
    exitWith(await dataShow(path, given, consoleOf(given)))
  })
  withCommonOptions(
    data
      .command('get')
      .argument('<name>', 'mnist, cifar10, n-mnist, cifar10-dvs, shd, ...')
      .description('download a data set from its own page: resumes, checks the published checksums, says the licence')
      .option('--out <dir>', 'folder; default data/NAME'),
  ).action(async (name: string, given: CommonOptions & { readonly out?: string }) => {
    const { getData } = await import('./data-get')
    exitWith(await getData(name, given, consoleOf(given)))
  })
  data
    .command('list')
    .description('data sets that can be fetched, with size, page and licence')
    .action(async () => {
      process.stdout.write(`${await getHelp()}\n`)
      exitWith(0)
    })
}
