import type { EventRecording } from './api'

/** Events of an unknown number, collected in typed arrays that grow by what really came. */
export interface EventList {
  readonly count: () => number
  readonly push: (x: number, y: number, polarity: number, time: number) => void
  /** The events so far, in the order they came. */
  readonly recording: (sensor: EventSensor) => EventRecording
  /** The events so far by time; those of equal time stay in order. */
  readonly sorted: (sensor: EventSensor) => EventRecording
}

/** All that a recording says beside its events: pixels of the camera, class of what it saw, what the reader assumed or left out. */
export type EventSensor = Omit<EventRecording, 'x' | 'y' | 'polarity' | 'time'>

const grown = <A extends Uint8Array | Uint16Array | Uint32Array>(array: A, length: number): A => {
  const larger = new (array.constructor as new (n: number) => A)(length)
  larger.set(array)
  return larger
}

/** An empty list. @param capacity events that fit before the arrays grow for the first time */
export const eventList = (capacity = 1024): EventList => {
  let x = new Uint16Array(capacity)
  let y = new Uint16Array(capacity)
  let polarity = new Uint8Array(capacity)
  let time = new Uint32Array(capacity)
  let count = 0
  const recording = ({ width, height, label, sensorAssumed, outsideSensor = 0 }: EventSensor): EventRecording => ({
    width,
    height,
    x: x.slice(0, count),
    y: y.slice(0, count),
    polarity: polarity.slice(0, count),
    time: time.slice(0, count),
    ...(label !== undefined && { label }),
    ...(sensorAssumed && { sensorAssumed }),
    ...(outsideSensor > 0 && { outsideSensor }),
  })
  return {
    count: () => count,
    push: (px, py, p, t) => {
      if (count === x.length) {
        const larger = Math.max(16, 2 * count)
        x = grown(x, larger)
        y = grown(y, larger)
        polarity = grown(polarity, larger)
        time = grown(time, larger)
      }
      x[count] = px
      y[count] = py
      polarity[count] = p
      time[count] = t
      count++
    },
    recording,
    sorted: (sensor) => pickEvents(recording(sensor), orderByTime(time.subarray(0, count))),
  }
}

/** Places of the events by time; equal times keep their order. */
export const orderByTime = (time: Uint32Array): Float64Array => {
  const n = time.length
  // one number an event, time·n + place: sorting numbers is several times faster than comparing objects
  const keys = Float64Array.from(time, (t, i) => t * n + i).sort()
  return keys.map((key) => key % n)
}

/** The events at the given places, in that order. */
export const pickEvents = (recording: EventRecording, places: ArrayLike<number>): EventRecording => {
  const at = <A extends Uint8Array | Uint16Array | Uint32Array>(array: A): A => {
    const out = new (array.constructor as new (n: number) => A)(places.length)
    for (let i = 0; i < places.length; i++) out[i] = array[places[i]!]!
    return out
  }
  const { x, y, polarity, time } = recording
  return { ...recording, x: at(x), y: at(y), polarity: at(polarity), time: at(time) }
}
