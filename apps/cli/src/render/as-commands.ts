/** Routes that a remedy of the API names, as the commands of this program that do the same. */
export function asCommands(text: string): string {
  return text
    .replaceAll(/(?:POST )?\/sweeps\/([\w-]+)\/(pause|resume|cancel|retry)/g, 'npx sweepd $2 $1')
    .replaceAll(/DELETE \/sweeps\/([\w-]+)/g, 'npx sweepd delete $1')
}
