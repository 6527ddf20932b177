import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { keysOfThisTab } from './session/api-key.session.js';
import './style.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
const opened = keysOfThisTab();
createRoot(root).render(
  <StrictMode>
    <App opened={opened} />
  </StrictMode>,
);
