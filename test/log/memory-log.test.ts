import { memoryLog } from 'tradewire/log'
import { eventLogContract } from '../contract/event-log.contract.ts'

eventLogContract('memory', {
  survivesClosing: false,
  open: async (_name, options) => memoryLog(options),
})
