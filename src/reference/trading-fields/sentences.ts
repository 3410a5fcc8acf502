/** Sentences by event and field; a field in a field is `fee.amount`. */
export type FieldSentences = Readonly<Record<string, Readonly<Record<string, string>>>>
