// Runs before anything else; a file of its own, as the content security policy allows no inline script.

// Zod compiles parsers with `new Function`, which the policy refuses and reports. Later would be too late: schemas are
// made while the modules load.
globalThis.__zod_globalConfig = { jitless: true }

// Before the first paint, so that a chosen theme does not flash.
try {
  const theme = localStorage.getItem('sweepd-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Without storage the theme of the system applies.
}
