import { useState } from 'react'

type Theme = 'system' | 'light' | 'dark'
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }
const SIGNS: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' }

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** Light, dark, or as the system has it; `before.js` applies it before the first paint of the next visit. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme)
  const change = () => {
    const next = NEXT[theme]
    if (next === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = next
    localStorage.setItem('sweepd-theme', next)
    setTheme(next)
    // Canvases read their colours when they draw.
    window.dispatchEvent(new Event('themechange'))
  }
  return (
    <button type="button" className="plain" onClick={change} title={`Theme: ${theme}`}>
      <span aria-hidden="true">{SIGNS[theme]}</span>
      <span className="visually-hidden">
        Theme is {theme}; change to {NEXT[theme]}
      </span>
    </button>
  )
}
