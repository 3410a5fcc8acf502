// A trading session in a process of its own, which 07-crash-and-resume.ts kills.
import { openLog } from 'tradewire/log'
import { runSession, startBooking } from './recorded-session.ts'
import { sp500Bars } from './sp500.ts'

const [file, book] = process.argv.slice(2) as [string, string]
await using log = await openLog(file)
await startBooking(log, book)
await runSession(log, await sp500Bars(), (position) => process.send?.({ position }))
