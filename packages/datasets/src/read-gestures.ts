import { decodeText } from '@h2learn/config'
import type { Samples } from '@h2learn/snn-core'
import { dvs128Sensor } from './aedat2'
import { aedat3Events, aedat3Start } from './aedat3'
import type { DatasetSplit, EventRecording, ReadConfig } from './api'
import { fileSource } from './byte-source'
import { checkInteger, checkSplit } from './check-config'
import { DatasetError } from './dataset-error'
import type { EventConvention } from './event-convention'
import { eventList } from './event-list'
import { framesOf, type ReducedFramesConfig } from './event-samples'
import { type GestureInterval, gestureClasses, parseGestureLabels } from './gesture-labels'
import { joinPath, listFolder, listing, readBytes } from './node-files'

const trialsFile: Readonly<Record<DatasetSplit, string>> = {
  train: 'trials_to_train.txt',
  test: 'trials_to_test.txt',
}
const hint = 'give the folder DvsGesture that holds trials_to_train.txt, userNN_LIGHT.aedat and userNN_LIGHT_labels.csv'

/** What the DVS128 Gesture reader takes. */
export interface ReadGesturesConfig extends ReadConfig, ReducedFramesConfig {
  readonly convention?: EventConvention
}

const text = (file: string) => decodeText(readBytes(file), file)

/**
 * The gestures of one recording, cut out by its label file while it is read: one piece of the file is held at a time.
 * Label times count on the recording's own clock.
 */
export function* cutGestures(
  file: string,
  intervals: readonly GestureInterval[],
  convention?: EventConvention,
): Generator<EventRecording> {
  const open = intervals.map((interval) => ({ interval, events: eventList() }))
  const size = { width: dvs128Sensor, height: dvs128Sensor }
  const pieces = fileSource(file, function* (source) {
    const start = aedat3Start(source)
    for (const piece of aedat3Events(source, convention ? { convention } : {}, start)) yield { ...piece, start }
  })
  for (const { x, y, polarity, time, start } of pieces)
    for (const { interval, events } of open)
      for (let i = 0; i < time.length; i++) {
        const at = time[i]! + start
        if (at >= interval.start && at < interval.end) events.push(x[i]!, y[i]!, polarity[i]!, at - interval.start)
      }
  for (const { interval, events } of open) yield events.recording({ ...size, label: interval.label })
}

/**
 * DVS128 Gesture from its folder: the recordings named by `trials_to_train.txt` or `trials_to_test.txt`, cut by their label
 * files, reduced to 42×42, T binary frames over each gesture.
 * @returns spikes N·T·2·42·42, eleven classes
 * @throws DatasetError when files are missing or damaged; InputError for frames that cannot be
 */
export const readGestures = (dir: string, config: ReadGesturesConfig): Samples => {
  const where = 'readGestures'
  const { split, limit, convention, ...frames } = config
  checkSplit(where, split)
  if (limit !== undefined) checkInteger(where, 'limit', limit, 1, Number.MAX_SAFE_INTEGER)
  const names = listFolder(dir, hint)
  if (!names.includes(trialsFile[split]))
    throw new DatasetError({ file: dir, expected: trialsFile[split], got: listing(names), hint })
  const trials = text(joinPath(dir, trialsFile[split]))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const recordings = trials.map((trial) => {
    // names stay inside the folder: a list from elsewhere is not trusted with paths
    if (!/^[\w.-]+\.aedat$/.test(trial))
      throw new DatasetError({ file: joinPath(dir, trialsFile[split]), expected: 'names *.aedat', got: trial, hint })
    const labels = trial.replace(/\.aedat$/, '_labels.csv')
    for (const name of [trial, labels])
      if (!names.includes(name)) throw new DatasetError({ file: dir, expected: name, got: listing(names), hint })
    const path = joinPath(dir, labels)
    return { file: joinPath(dir, trial), intervals: parseGestureLabels(text(path), path) }
  })
  const total = recordings.reduce((n, { intervals }) => n + intervals.length, 0)
  const count = Math.min(limit ?? total, total)
  if (count === 0)
    throw new DatasetError({ file: joinPath(dir, trialsFile[split]), expected: 'names *.aedat', got: 'none', hint })
  const pieces = function* () {
    for (const { file, intervals } of recordings) yield* cutGestures(file, intervals, convention)
  }
  const set = {
    name: 'dvs-gesture',
    origin: `${dir} (${split})`,
    synthetic: false,
    classes: gestureClasses.length,
    classNames: gestureClasses,
  }
  return framesOf(where, set, dvs128Sensor, count, pieces(), frames)
}
