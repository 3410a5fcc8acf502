import { parentPort, workerData } from 'node:worker_threads'
import { SqliteFile, type SqliteOptions } from './sqlite-file.ts'
import { answer, type WireRequest } from './sqlite-wire.ts'

const file = new SqliteFile(workerData as SqliteOptions)

parentPort!.on('message', (request: WireRequest) => {
  parentPort!.postMessage(answer(file, request), [])
})
