import { describe, expect, it } from '@jest/globals';
import { keysOfThisTab, type Tab } from './api-key.session.js';

function tab(hash: string, held?: string) {
  const kept = new Map(held === undefined ? [] : [['homing.key', held]]);
  const location = { hash, pathname: '/console/' };
  const shown: string[] = [];
  const parts: Tab = {
    storage: {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
    },
    location,
    history: {
      replaceState: (_state, _title, url) => {
        shown.push(String(url));
        location.hash = '#/';
      },
    },
  };
  return { parts, shown, kept: () => kept.get('homing.key') };
}

describe('the key of this tab', () => {
  it('comes from a link when none is held, and leaves the address', () => {
    const { parts, shown, kept } = tab('#key=a%2Fb');
    expect(keysOfThisTab(parts)).toEqual({ key: 'a/b' });
    expect([kept(), shown]).toEqual(['a/b', ['/console/#/']]);
  });

  it('is never replaced by a link: the other key is offered, leaves the address, and is not kept', () => {
    const { parts, shown, kept } = tab('#key=theirs', 'mine');
    expect(keysOfThisTab(parts)).toEqual({ key: 'mine', offered: 'theirs' });
    expect([kept(), shown]).toEqual(['mine', ['/console/#/']]);
    expect(keysOfThisTab(parts)).toEqual({ key: 'mine' });
  });

  it('is not asked about when the link holds the same', () => {
    expect(keysOfThisTab(tab('#key=mine', 'mine').parts)).toEqual({ key: 'mine' });
  });

  it.each(['#key=', '#key=%zz'])('stays when the link is broken: %s', (hash) => {
    const { parts, shown, kept } = tab(hash, 'mine');
    expect(keysOfThisTab(parts)).toEqual({ key: 'mine' });
    expect([kept(), shown]).toEqual(['mine', ['/console/#/']]);
  });

  it('leaves other addresses alone', () => {
    const { parts, shown } = tab('#/?state=sent', 'mine');
    expect(keysOfThisTab(parts)).toEqual({ key: 'mine' });
    expect([shown, keysOfThisTab(tab('#/').parts)]).toEqual([[], {}]);
  });
});
