import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// What is served is never a development build, whatever the shell it is built from says.
if (!process.argv.includes('dev')) process.env['NODE_ENV'] = 'production'

/** Nothing inline: the page's policy forbids it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  // While it is being worked on: the API is the one of `memoir up`.
  server: { proxy: { '^/(v1|health|version|metrics)': 'http://127.0.0.1:8080' } },
})
