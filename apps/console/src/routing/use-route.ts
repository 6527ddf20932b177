import { useSyncExternalStore } from 'react';
import { readRoute, type Route } from './hash.route.js';

const watch = (changed: () => void): (() => void) => {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
};

export function useRoute(): Route {
  return readRoute(useSyncExternalStore(watch, () => window.location.hash));
}
