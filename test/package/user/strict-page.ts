// The same page where a policy reports every try to make code from text: zod is told first that it may not.
// oxlint-disable-next-line import/no-unassigned-import -- it is imported for what it does
import './no-code-from-text.ts'
// oxlint-disable-next-line import/no-unassigned-import -- it is imported for what it does
import './page.ts'
