import { parentPort, workerData } from 'node:worker_threads'
import { SqliteFile, type SqliteOptions } from './sqlite-file.ts'
import { answer, type WireRequest } from './sqlite-wire.ts'

const file = new SqliteFile(workerData as SqliteOptions)

parentPort!.on('message', (request: WireRequest) => {
  const said = answer(file, request)
  parentPort!.postMessage(said, [])
  // There is nothing more to be asked, so the thread comes to its end by itself.
  if (request.method === 'close' || (request.method === 'open' && 'error' in said)) {
    parentPort!.close()
  }
})
