/**
 * The program of the thread that holds the HDF5 library, as text, so that it needs no file beside a build or a bundle.
 * Damaged files leave the HDF5 library in a state in which it loops or refuses all that follows; so its memory is put
 * back after every file to that of the library just started (1 ms), and the instance given up after a trap. The memory
 * may grow to 64 MiB and eight times the file, not to what a header asks for.
 * Answers: `ready`, then for each file its columns, its names or a complaint.
 */
export const h5WorkerSource = `
const { parentPort, workerData } = require('node:worker_threads')
const fs = require('node:fs')

// of what the HDF5 library prints, the deepest cause
const cause = (error) => {
  const text = String(error?.message ?? error)
  return [...text.matchAll(/ in \\w+\\(\\): (.+)/g)].at(-1)?.[1] ?? text
}
const failed = (expected, got) => ({ expected, got: String(got).split('\\n')[0].slice(0, 200) })

// a fresh instance of the library, and what puts it back to how it was
const instance = async () => {
  const { default: create } = await import(workerData)
  const { instantiate } = WebAssembly
  let wasm
  const most = { bytes: 2 ** 31 }
  WebAssembly.instantiate = async (binary, imports) => {
    const grow = imports.env.emscripten_resize_heap
    imports.env.emscripten_resize_heap = (bytes) => (bytes >>> 0 > most.bytes ? 0 : grow(bytes))
    const made = await instantiate(binary, imports)
    wasm = made.instance.exports
    return made
  }
  const h5 = await create({ noInitialRun: true, print: () => {}, printErr: () => {} })
  WebAssembly.instantiate = instantiate
  h5.activate_throwing_error_handler()
  const used = () => new Uint32Array(wasm.memory.buffer)[wasm.emscripten_get_sbrk_ptr() >> 2]
  const memory = h5.HEAPU8.slice(0, used())
  const stack = wasm.emscripten_stack_get_current()
  const renew = () => {
    for (const [i, stream] of h5.FS.streams.entries())
      if (stream?.nfd > 2) {
        h5.FS.streams[i] = null
        fs.closeSync(stream.nfd)
      }
    // all that the library knows stands in its memory: with it the library forgets the file, and what the file did to it
    h5.HEAPU8.fill(0, memory.length, Math.max(memory.length, used()))
    h5.HEAPU8.set(memory)
    wasm._emscripten_stack_restore(stack)
  }
  return { h5, most, renew }
}

const column = (h5, id, name, asRows, size) => {
  const kind = h5.get_type(id, name)
  if (kind !== h5.H5G_DATASET) throw failed('a dataset ' + name.slice(1), kind < 0 ? 'none' : 'something else')
  const found = h5.get_dataset_metadata(id, name)
  const { shape, total_size: count, type, size: width, vlen_type: element } = found
  // nothing is made by what the header says before the file could hold it: a row takes 16 bytes at least
  const least = asRows ? 16 : Math.max(1, width)
  if (shape?.length !== 1 || !(count * least <= size) || !(count * width <= size))
    throw failed(name.slice(1) + ' of one dimension that ' + size + ' bytes can hold', (shape ?? []).join('×') + ' of type ' + type)
  if (asRows !== (type === 9) || (asRows && element === undefined))
    throw failed((asRows ? 'rows of numbers in ' : 'numbers in ') + name, 'type ' + type)
  const number = asRows ? element : found
  if (!(number.type === 0 || number.type === 1) || ![1, 2, 4, 8].includes(number.size) || (number.type === 1 && number.size === 1) || !number.littleEndian)
    throw failed('little-endian numbers of 1, 2, 4 or 8 bytes in ' + name, 'type ' + number.type + ' of ' + number.size + ' bytes')
  const at = h5._malloc(Math.max(8, count * width))
  if (!at) throw failed('a file that fits into memory', size + ' bytes')
  h5.get_dataset_data(id, name, null, null, null, BigInt(at))
  const { type: numberType, size: numberSize, signed } = number
  const kept = { type: numberType, size: numberSize, signed }
  if (!asRows) return { ...kept, bytes: h5.HEAPU8.slice(at, at + count * width) }
  const heap = h5.HEAPU8
  const pairs = new Uint32Array(heap.slice(at, at + 8 * count).buffer)
  const rows = Uint32Array.from({ length: count }, (_, i) => pairs[2 * i])
  let total = 0
  for (let i = 0; i < count; i++) {
    const bytes = rows[i] * numberSize
    if (!(pairs[2 * i + 1] + bytes <= heap.length)) throw failed('rows inside the file in ' + name, bytes + ' bytes')
    total += bytes
  }
  // rows of a damaged file may all be the same piece of it
  if (!(total <= size)) throw failed('rows of ' + name + ' that ' + size + ' bytes can hold', total + ' bytes')
  const bytes = new Uint8Array(total)
  let to = 0
  for (let i = 0; i < count; i++) {
    const from = pairs[2 * i + 1]
    bytes.set(heap.subarray(from, from + rows[i] * numberSize), to)
    to += rows[i] * numberSize
  }
  return { ...kept, bytes, rows }
}

// names of what the file holds, groups with a slash at the end: not too deep and not too many, as damaged files go in circles
const namesOf = (h5, id) => {
  const names = []
  const visit = (path, depth) => {
    for (const name of h5.get_names(id, path === '' ? '/' : path, false)) {
      if (names.length >= 1000) return
      const inside = path + '/' + name
      const group = h5.get_type(id, inside) === h5.H5G_GROUP
      names.push((inside + (group ? '/' : '')).slice(1, 500))
      if (group && depth < 4) visit(inside, depth + 1)
    }
  }
  visit('', 0)
  return names
}

let current
const read = ({ file, wanted, size }) => {
  const { h5, most, renew } = current
  most.bytes = Math.min(2 ** 31, 2 ** 26 + 8 * size)
  try {
    const id = h5.open(file, h5.H5F_ACC_RDONLY, false, -1, -1)
    if (!(Number(id) > 0)) return failed('an undamaged HDF5 file', 'another')
    if (wanted === undefined) return { names: namesOf(h5, id) }
    const columns = {}
    for (const [name, asRows] of Object.entries(wanted)) columns[name] = column(h5, id, '/' + name, asRows, size)
    return { columns }
  } catch (error) {
    // a trap or an abort inside the library, not an error that it tells
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) current = undefined
    return error?.expected === undefined ? failed('an undamaged HDF5 file', cause(error)) : error
  } finally {
    renew()
    if (h5.HEAPU8.length > 2 ** 26) current = undefined
  }
}

const prepare = async () => {
  current ??= await instance()
}
prepare().then(() => {
  parentPort.on('message', async (job) => {
    await prepare()
    parentPort.postMessage(read(job))
  })
  parentPort.postMessage({ ready: true })
})
`
