import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

/** Gives a text a colour or weight, or leaves it as it is where colours are off. */
export type Paint = (style: Style, text: string) => string

/** Colours are decided once, by who knows the output; styleText would look at stdout again with every call. */
export const createPaint =
  (isColoured: boolean): Paint =>
  (style, text) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text
