import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import OneNeuron from './OneNeuron.vue'

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => {
    app.component('OneNeuron', OneNeuron)
  },
} satisfies Theme
