// The same page where a policy reports every try to make code from text: zod is told first that it may not.
import './no-code-from-text.ts'
import './page.ts'
