import { mount } from 'svelte'
import '../ui/tokens.css'
import '../ui/base.css'
import Door from './Door.svelte'

mount(Door, { target: document.getElementById('app') as HTMLElement })
